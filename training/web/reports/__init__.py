"""Pages of the attendance report: ``figures``."""
