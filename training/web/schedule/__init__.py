"""Pages of ``sessions``, ``announcing`` and ``calendars``."""
