"""Forms for signing in, passwords, one's own account, and the users of the instance."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Length

from config import LANGUAGES
from training.forms import labels
from training.forms.base import Form, Given, OneOf, Picked, PickedMany, Storable, line
from training.models import Role

LANGUAGE_NAMES = {"en": "English", "fr": "Français", "ru": "Русский"}


def _language() -> SelectField:
    return SelectField(
        _l("Language"), choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )


def _email() -> EmailField:
    return EmailField(
        _l("E-mail"), [Storable(), Given(), Length(max=254)], render_kw={"autocomplete": "username"}
    )


def _password(label: str, autocomplete: str, hint: str = "") -> PasswordField:
    return PasswordField(
        label, [Given(), Length(max=1024)], description=hint, render_kw={"autocomplete": autocomplete}
    )


class SignInForm(Form):
    """Address and password."""

    is_own = True
    email = _email()
    password = _password(_l("Password"), "current-password")


class ForgottenForm(Form):
    """Ask for a reset link."""

    is_own = True
    email = _email()


class NewPasswordForm(Form):
    """Choose a password by a mailed link."""

    is_own = True
    password = _password(
        _l("New password"), "new-password", _l("12 characters or more. Several unrelated words are best.")
    )


class ChangePasswordForm(Form):
    """Change one's own password."""

    is_own = True
    current = _password(_l("Current password"), "current-password")
    new = _password(
        _l("New password"), "new-password", _l("12 characters or more. Several unrelated words are best.")
    )


class OwnAccountForm(Form):
    """One's own name and language."""

    is_own = True
    name = line(_l("Name"))
    language = _language()


def role_labels() -> dict[Role, object]:
    """What each role is for, in a few words."""
    return {
        Role.COORDINATOR: _l("coordinator: schedules trainings, decides on registrations"),
        Role.PARTNER: _l("partner: registers the people of one agency"),
        Role.TRAINER: _l("trainer: keeps registers"),
        Role.MANAGER: _l("manager: reads and exports"),
        Role.ADMIN: _l("administrator: users and settings"),
    }


class UserForm(Form):
    """The values of an account that an administrator sets."""

    name = line(_l("Name"))
    email = _email()
    language = _language()
    role = OneOf(_l("Role"), role_labels(), is_open=True)
    agency = Picked(_l("Agency"), required=False, hint=_l("Whose people they register."))
    is_lead = BooleanField(_l("Lead focal point of the agency"))
    all_themes = BooleanField(_l("All themes"), description=_l("Or pick some below."))
    themes = PickedMany(_l("Themes"))


class ColleagueForm(Form):
    """A colleague whom the lead focal point invites. The lead may not choose the role or the agency."""

    name = line(_l("Name"))
    email = _email()
    language = _language()


class UserFilter(Form):
    """The filters of the list of users."""

    text = line(_l("Search"), required=False)
    role = OneOf(_l("Role"), labels.ROLE, required=False, empty=_l("all"))
