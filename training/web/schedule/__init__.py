"""Pages of ``sessions``, a training's ``timetable`` with its ``plan_steps``, ``clashes`` and ``calendars``."""
