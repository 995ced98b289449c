"""Pages of ``sessions``, a training's ``timetable`` with its ``plan_steps``, ``announcing``, ``clashes`` and ``calendars``."""
