"""Pages of the instance: ``audit`` log with its ``audit_words``, ``mail``, ``organisation``, ``help``, ``public_pages``, ``styleguide``."""
