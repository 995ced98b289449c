"""Pages of the instance: ``audit`` log, ``mail``, ``organisation``, ``help`` and ``public_pages``."""
