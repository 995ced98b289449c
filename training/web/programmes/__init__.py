"""Pages of programmes (``frames``), of ``themes`` and of their ``leaflets``."""
