"""Pages of trainings: ``planning``."""
