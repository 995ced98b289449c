"""The guard against forged requests."""

from flask import Blueprint, Flask
from werkzeug.exceptions import BadRequest

class CSRFError(BadRequest): ...

class CSRFProtect:
    def init_app(self, app: Flask) -> None: ...
    def exempt(self, view: Blueprint) -> Blueprint: ...
