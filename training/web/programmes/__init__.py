"""Pages of programmes (``frames``) and ``themes``."""
