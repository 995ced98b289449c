"""Fields of all forms: whose data a browser may fill in, which keyboard a phone shows, and days as people type them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date

import html5lib
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms.fields import EmailField, Field, PasswordField, StringField

import training.forms
from tests.make import Make
from training.db import Base, db
from training.forms import accounts
from training.forms.accounts import UserForm
from training.forms.base import Form
from training.forms.trainees import NewTraineeForm
from training.forms.typed import moment
from training.models import TrainerAbsence
from training.models.about_people import INFO, Class
from training.rules import autofill

OWN = {
    accounts.SignInForm: {"email": "username", "password": "current-password"},
    accounts.ForgottenForm: {"email": "username"},
    accounts.NewPasswordForm: {"password": "new-password"},
    accounts.ChangePasswordForm: {"current": "current-password", "new": "new-password"},
    accounts.OwnAccountForm: {"name": "name"},
}
"""The forms about the reader, and what a browser may fill in."""
PEOPLE = ("trainee", "trainer", "user", "agency")
NOT_OF_A_PERSON = {"reason", "note", "rows", "sentence", "answer", "remarks"}


def kinds(of: type[Form] = Form) -> Iterator[type[Form]]:
    """All forms of the application."""
    for one in of.__subclasses__():
        if one.__module__.startswith("training."):
            yield one
        yield from kinds(one)


for found in pkgutil.iter_modules(training.forms.__path__):
    importlib.import_module(f"training.forms.{found.name}")
FORMS = sorted(set(kinds()), key=lambda kind: kind.__name__)


def columns_about_people() -> set[str]:
    """The names of the columns that say who a person or an agency is."""
    return {
        column.name
        for table in PEOPLE
        for column in Base.metadata.tables[table].columns
        if INFO in column.info and column.info[INFO].holds is not Class.OPEN
    }


def typed(form: Form) -> dict[str, Field]:
    """The fields about a person or an office into which somebody types."""
    about = columns_about_people() - NOT_OF_A_PERSON
    return {
        name: field
        for name, field in form._fields.items()
        if isinstance(field, StringField)
        and (name in about or isinstance(field, EmailField | PasswordField) or 'type="tel"' in str(field()))
    }


def attributes(field: Field) -> dict[str, str]:
    """The attributes of the field as it stands on a page."""
    return dict(re.findall(r'([\w-]+)="([^"]*)"', str(field()).partition(">")[0]))


def faults(kind: type[Form]) -> list[str]:
    """Fields that a browser fills in though they are about somebody else, or not though they are about the reader."""
    wanted = OWN.get(kind)
    return [
        f"{kind.__name__}.{name}"
        for name, field in typed(kind()).items()
        if attributes(field).get("autocomplete") != (wanted[name] if wanted else "off")
    ]


def test_a_browser_fills_in_the_reader_s_own_data_only(app: Flask):
    with app.test_request_context():
        assert sum(len(typed(kind())) for kind in FORMS) >= 40
        assert [fault for kind in FORMS for fault in faults(kind)] == []
        assert {kind for kind in FORMS if kind.is_own} == set(OWN)


def test_a_form_that_lets_a_browser_fill_in_others_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch):
    with app.test_request_context():
        monkeypatch.setattr(autofill, "NAMES_SOMEBODY", frozenset())
        assert {"NewTraineeForm.email", "TrainerForm.phone", "ColleagueForm.name"} <= {
            fault for kind in FORMS for fault in faults(kind)
        }


def test_all_that_is_typed_about_somebody_else_is_left_to_the_typist(app: Flask):
    with app.test_request_context():
        form = NewTraineeForm()
        form.country.offer([])
        assert {
            attributes(form[name]).get("autocomplete") for name in ("function", "rank", "country", "agency")
        } == {"off"}
        assert "autocomplete" not in str(form.contact_via_focal_point())


def test_an_invited_colleague_is_not_given_the_reader_s_own_address(app: Flask):
    with app.test_request_context():
        assert attributes(UserForm().email)["autocomplete"] == "off"  # it said "username"


def test_every_phone_and_address_shows_its_own_keyboard(app: Flask):
    seen = set()
    with app.test_request_context():
        for kind in FORMS:
            for name, field in kind()._fields.items():
                if "phone" in name or "email" in name:
                    seen.add(attributes(field)["type"] if "phone" in name else "")
                    assert attributes(field)["type"] == ("tel" if "phone" in name else "email"), (kind, name)
    assert "tel" in seen


def test_a_correction_of_a_list_is_not_filled_in_by_the_browser(app: Flask):
    class Line:
        shown = dict.fromkeys(("email", "phone", "family_name"), "")
        faults: tuple[str, ...] = ()

    with app.test_request_context():
        correction = app.jinja_env.get_template("imports/lists/_correction.html").make_module().correction
        names = {"email": "E-mail", "phone": "Phone", "family_name": "Family name"}
        tree = html5lib.parse(
            str(correction(Line, "/x", names, ["email"], ["email", "phone", "family_name"])),
            namespaceHTMLElements=False,
        )
    fields = {one.get("name"): one for one in tree.iter("input") if one.get("type") != "hidden"}

    assert {one.get("autocomplete") for one in fields.values()} == {"off"}
    assert {name: one.get("type") for name, one in fields.items()} == {
        "email": "email",
        "phone": "tel",
        "family_name": "text",
    }


class MomentForm(Form):
    at = moment("At")


@pytest.mark.parametrize(
    ("language", "text", "error"),
    [
        ("en", "25.11.2026 19:00", ""),
        ("en", "٢٥/١١/٢٠٢٦ ١٩:٠٠", ""),
        ("fr", "03/04/2026 19:00", ""),
        (
            "en",
            "03/04/2026 19:00",
            "This can be 3 Apr 2026 or 4 Mar 2026. Write the year first, as 2026-04-03.",
        ),
        ("en", "tomorrow", "Write a day and a time, as 2027-03-31 09:30."),
    ],
)
def test_a_moment_is_taken_or_refused_with_a_sentence_and_never_lost(
    app: Flask, language: str, text: str, error: str
):
    with app.test_request_context(headers={"Accept-Language": language}):
        form = MomentForm(MultiDict({"at": text}))
        form.validate()
        shown = attributes(form.at)["value"]

    assert list(form.at.errors) == ([error] if error else [])
    if error:
        assert form.at.data is None and shown == text
    else:
        assert form.at.data is not None and shown == form.at.data.strftime("%Y-%m-%dT%H:%M")


def test_days_typed_without_a_picker_are_stored(make: Make, client):
    trainer = make.trainer()
    client.sign_in(make.user())
    url = f"/trainers/{trainer.public_id}/absences"

    unclear = client.post(url, data={"starts_on": "03/04/2027", "ends_on": "25/04/2027", "note": "leave"})
    stored = client.post(url, data={"starts_on": "25.11.2027", "ends_on": "26/11/2027", "note": "leave"})

    assert unclear.status_code == 422 and "This can be 3 Apr 2027 or 4 Mar 2027." in unclear.text
    assert stored.status_code == 303
    found = db.session.scalars(select(TrainerAbsence)).one()
    assert (found.starts_on, found.ends_on) == (date(2027, 11, 25), date(2027, 11, 26))
