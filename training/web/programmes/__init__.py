"""Pages of programmes (``frames``), of ``courses``, of ``themes`` and of their ``leaflets``."""
