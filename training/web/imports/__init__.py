"""Pages of imported lists of participants: ``lists``."""
