"""Pages of ``sessions`` and ``calendars``."""
