"""Pages of ``agencies``, ``venues``, ``trainers`` and ``countries``."""
