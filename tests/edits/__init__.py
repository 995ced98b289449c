"""Every edit form of the application, walked field by field."""
