"""What the house uses of Flask-Login, which has no types of its own."""

from collections.abc import Callable

from flask import Flask
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from training.models import User

class AnonymousUserMixin: ...

class LoginManager:
    session_protection: str | None
    def init_app(self, app: Flask) -> None: ...
    def unauthorized(self) -> Response: ...
    def user_loader(self, callback: Callable[[str], User | None]) -> Callable[[str], User | None]: ...
    def unauthorized_handler(self, callback: Callable[[], Response]) -> Callable[[], Response]: ...

# Nobody at all outside of a request. Only ``training/web/kit/access.py`` looks at it.
current_user: LocalProxy[User | AnonymousUserMixin | None]

def login_user(user: User) -> bool: ...
