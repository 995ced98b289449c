"""Pages of ``agencies``, ``venues``, ``trainers``, ``holidays`` and ``countries``."""
