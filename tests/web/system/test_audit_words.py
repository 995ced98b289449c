"""The audit log speaks in words: no code of an action, a column or a value stands on the page."""

from __future__ import annotations

import re
from datetime import date

import pytest

from config import ROOT
from tests.make import Make
from training.models import Role
from training.policy import Action
from training.services import audit
from training.services.programmes import frames
from training.services.trainings.moves import MOVES
from training.web.system import audit_words

FILES = ("csv", "xlsx", "json", "pdf")
NAMED = {
    "programme.{name}": [f"programme.{name}" for name in frames.STEPS],
    "training.{name}": [f"training.{name}" for name in MOVES],
    "register.rest_{status.value}": ["register.rest_absent", "register.rest_present"],
    "report.attendance.{ending}": [f"report.attendance.{one}" for one in FILES],
    "report.attendance.{kind}": [f"report.attendance.{one}" for one in FILES],
    "user.{link.purpose.value}_used": ["user.invitation_used", "user.reset_used"],
    "{name}.{kind}": [f"{name}.csv" for name in ("trainings", "trainees", "registrations", "agencies")],
    "{thing.__tablename__}.retire": ["venue.retire", "room.retire", "trainer.retire"],
}
"""Actions whose names are put together, each with all that it can become."""


def recorded() -> set[str]:
    """Every action that the source records, and every one that the policy refuses."""
    found: set[str] = {action.value for action in Action}
    for path in (ROOT / "training").rglob("*.py"):
        for named, code in re.findall(r'action=(f?)"([^"]+)"', path.read_text(encoding="utf-8")):
            found |= set(NAMED[code]) if named else {code}
    return found


def without_words(codes: set[str]) -> list[str]:
    """The actions of which the page would show a part as the code writes it."""
    parts = [(code, re.split(r"[.:]", code)) for code in sorted(codes)]
    return [
        code
        for code, (subject, *rest) in parts
        if subject not in audit_words.SUBJECTS or rest[-1] not in audit_words.VERBS
    ]


def test_every_action_has_words():
    found = recorded()

    assert len(found) > 100
    assert without_words(found) == []


def test_an_action_without_words_would_be_seen():
    assert without_words({"training.open", "training.planted"}) == ["training.planted"]


def test_a_change_is_said_in_words(client, make: Make):
    training, admin = make.training(zone="Europe/Vienna"), make.user(Role.ADMIN)
    venue, other = make.venue(name="Old hall"), make.venue(name="New hall")
    changes = {
        "state": ["draft", "open"],
        "zone": ["Europe/Vienna", "Europe/Kyiv"],
        "country": ["UA", "XL"],
        "starts_on": ["2027-01-31", date(2027, 2, 1).isoformat()],
        "venue_id": [venue.id, other.id],
        "nearest_first": [True, False],
        "state_reason": [None, "a storm"],
    }
    audit.atomic(audit.record)(by=admin, action="training.change", thing=training, changes=changes)
    client.sign_in(admin)

    page = " ".join(re.sub(r"<[^>]+>", " ", client.get("/audit?action=training").text).split())

    for said in ("Training: changed", "State: draft → open", "Vienna time → Kyiv time", "31 Jan 2027 → 1 Feb 2027",
                 "Venue: Old hall → New hall", "yes → no", "Reason: – → a storm"):  # fmt: skip
        assert said in page
    assert not re.search(r"\b(venue_id|state_reason|nearest_first|starts_on|training\.change)\b", page)


@pytest.mark.parametrize(("subject", "shown"), [("training", True), ("trainings", False), ("venue", False)])
def test_the_log_is_narrowed_by_its_subject(subject: str, shown: bool, client, make: Make):
    training, admin = make.training(), make.user(Role.ADMIN)
    audit.atomic(audit.record)(by=admin, action="training.open", thing=training)
    client.sign_in(admin)

    page = client.get(f"/audit?action={subject}").text

    assert ("opened for registration" in page) is shown
