"""Pages of the registers of attendance: ``registers``."""
