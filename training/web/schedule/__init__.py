"""Pages of ``sessions``, a training's ``timetable`` with its ``plan_steps``, and ``calendars``."""
