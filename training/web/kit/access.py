"""The only gate: who is asking, and whether they may.

It refuses a view without ``@permit`` or ``@public``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user, login_user
from werkzeug.wrappers import Response

from training.errors import READER, NotFound
from training.models import Agency, Role, User
from training.policy import Action, allows, can, has
from training.services import audit
from training.services.accounts import sign_ins

P = ParamSpec("P")
T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True)
class Access:
    """What a view declares: the action that it needs, or no action when it is public."""

    action: Action | None = None


def init_app(app: Flask) -> None:
    """Look up who is asking, and refuse every endpoint that has not declared its access."""
    login_manager.init_app(app)
    app.before_request(_refuse_undeclared)
    app.before_request(_nobody_reads_yet)
    app.jinja_env.globals["can"] = _can
    app.jinja_env.globals["who_may"] = who_may


def who_may() -> list[str]:
    """The roles that may do what was refused just now, besides those who have it for their own things only."""
    action = g.get("refused_action")
    return [role.value for role in Role if action is not None and allows(role, action)]


def _nobody_reads_yet() -> None:
    READER.set("")


def user() -> User:
    """The signed-in user. Behind ``@permit`` there always is one. Without one, raises ``RuntimeError``."""
    found = user_or_none()
    if found is None:
        raise RuntimeError("Nobody is signed in: a public page asks for user_or_none().")
    return found


def user_or_none() -> User | None:
    """The signed-in user, or ``None`` for a visitor and outside of a request. Public pages use this."""
    found = current_user._get_current_object()
    return found if isinstance(found, User) else None


def agency() -> Agency:
    """The agency of the signed-in focal point. Raises ``RuntimeError`` for staff, who have no agency."""
    own = user().agency
    if own is None:
        raise RuntimeError("Only a focal point has an agency.")
    return own


def about() -> object:
    """The thing that the page is about, as its guard has let it pass. None for a page about nothing in particular."""
    return g.get("about")


def _can(action: str, thing: object = None) -> bool:
    found = user_or_none()
    return found is not None and can(found, Action(action), thing)


@login_manager.user_loader
def _user(token: str) -> User | None:
    found = sign_ins.user_of_session(token)
    READER.set(found.role.value if found else "")
    return found


@login_manager.unauthorized_handler
def _sign_in_first() -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back), 303)


def public(view: View) -> View:
    """Mark ``view`` as open to everybody."""
    vars(view)["access"] = Access()
    return view


@overload
def permit(action: Action) -> Callable[[Callable[P, Response]], Callable[P, Response]]: ...


@overload
def permit(
    action: Action, load: Callable[Concatenate[User, P], T]
) -> Callable[[Callable[[T], Response]], Callable[P, Response]]: ...


def permit(action: Action, load: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Let in only users who may do ``action``.

    ``load(user, public_id)`` finds the thing among those that the user may see. The view gets the thing in
    place of the id. A thing that is missing, foreign or out of scope answers 404. A role without the action
    gets 403.
    """

    def guard(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def guarded(**kwargs: Any) -> Response:
            user = user_or_none()
            if user is None:
                return login_manager.unauthorized()
            if not has(user, action):
                audit.record_refusal(by=user, action=action, why=request.path[:200])
                g.refused_action = action
                abort(403)
            if load is None:
                return view(**kwargs)
            thing = load(user, *kwargs.values())
            if not can(user, action, thing):
                audit.record_refusal(by=user, action=action, thing=thing)
                raise NotFound
            g.about = thing
            return view(thing)

        vars(guarded)["access"] = Access(action)
        return guarded

    return guard


def sign_in(user: User, browser: str) -> None:
    """Begin a session on the server and put its token into a fresh cookie."""
    token = sign_ins.start_session(user, hours=current_app.config["SESSION_HOURS"], browser=browser)
    cookie.clear()
    user.session_token = token
    login_user(user)


def sign_out() -> None:
    """End the session on the server and empty the cookie."""
    found = user_or_none()
    if found is not None:
        sign_ins.end_session(found.session_token)
    cookie.clear()


def _refuse_undeclared() -> None:
    if request.endpoint is None:
        return  # there is no such address, and the 404 page answers
    view = current_app.view_functions[request.endpoint]
    if not hasattr(view, "access"):
        abort(403)
