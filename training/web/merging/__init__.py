"""Pages of likely duplicates and their merges: ``duplicates``."""
