"""Pages of the instance: ``audit`` log, ``mail``, ``organisation`` and ``help``."""
