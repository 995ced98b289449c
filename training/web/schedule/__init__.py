"""Pages of ``sessions``, ``clashes`` and ``calendars``."""
