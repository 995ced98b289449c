"""Pages of the people to be trained: ``records``."""
