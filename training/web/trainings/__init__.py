"""Pages of trainings: ``planning``, and the one page of a new one: ``wishes``, ``asked`` and ``planner``. ``repeating``: series, and new dates."""
