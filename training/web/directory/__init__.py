"""Pages of ``agencies``, ``venues`` and ``trainers``."""
