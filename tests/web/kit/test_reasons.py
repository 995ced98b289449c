"""Acts that need a reason: what was typed is never lost, whatever refuses it, and never cut."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import request
from sqlalchemy import func, select

from tests.make import Make
from training import clock
from training.db import db
from training.models import Admission, AttendanceStatus, AuditEntry, Training, TrainingSession
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.directory import agencies, trainers
from training.services.programmes import frames
from training.services.registrations import submissions
from training.services.trainings import moves
from training.web.kit import reasons

TYPED = "The travel is not funded; ask <again> in June & bring the letter."
TEMPLATES = Path(__file__).parents[3] / "templates"
ACTS = [
    "agencies.suspend", "trainers.retire", "programmes.cancel", "trainings.postpone", "trainings.cancel",
    "trainings.stop", "trainings.reopen", "registrations.return_", "registrations.decline", "registrations.withdraw",
    "registers.reopen",
]  # fmt: skip
Done = Callable[[], object]


@pytest.fixture
def travelling():
    """Time that a test moves on: what is made here is held, and over."""
    with time_machine.travel(clock.now(), tick=False) as travel:
        yield travel


def ready(act: str, make: Make, travel: time_machine.Traveller) -> tuple[str, Done]:
    """The address of an act that could be done now, and what a colleague does so that it cannot be done any more."""
    as_colleague = {"by": make.user(), "reason": "x"}
    kind, _, name = act.rstrip("_").partition(".")
    if act == "agencies.suspend":
        agency = make.agency()
        return f"/agencies/{agency.public_id}/{name}", lambda: agencies.suspend(agency, **as_colleague)
    if act == "trainers.retire":
        trainer = make.trainer()
        return f"/trainers/{trainer.public_id}/{name}", lambda: trainers.retire(trainer, **as_colleague)
    if act == "programmes.cancel":
        programme = make.programme()
        address = f"/programmes/{programme.public_id}/{name}"
        return address, lambda: frames.change_state(programme, name=name, **as_colleague)
    if kind == "registrations":
        one = make.registration(make.training(admission=Admission.APPROVAL))
        return f"/registrations/{one.public_id}/{name}", lambda: submissions.decline(one, **as_colleague)
    training = make.training()
    if name in ("stop", "reopen"):
        session = half_held(training, make, travel)
        if kind == "registers":
            address = f"/sessions/{session.public_id}/register/{name}"
            return address, lambda: registers.reopen(session, **as_colleague)
        if name == "reopen":
            moves.change_state(training, by=None, name="stop", reason="x")
    address = f"/trainings/{training.public_id}/{name}"
    return address, lambda: moves.change_state(training, name=name, **as_colleague)


def half_held(training: Training, make: Make, travel: time_machine.Traveller) -> TrainingSession:
    """The first session of a running training, over and with its register closed. Another session is to come."""
    make.session(training, training.starts_on + timedelta(days=2))
    make.registration(training)
    first, _ = locked_trainings.live_sessions(training)
    travel.move_to(first.ends_at + timedelta(hours=1))
    moves.change_state(training, by=None, name="start")
    registers.mark_rest(first, by=None, status=AttendanceStatus.PRESENT)
    registers.close(first, by=None)
    return first


def typed_in(page: str) -> str:
    """What stands in the page's field for a reason."""
    return html.unescape(
        re.search(r"<textarea[^>]*name=\"reason\"[^>]*>(.*?)</textarea>", page, re.S)[1]
    ).strip()


def done() -> int | None:
    return db.session.scalar(select(func.max(AuditEntry.id)))


@pytest.mark.parametrize("act", ACTS)
def test_what_was_typed_is_kept_whatever_refuses_it(act: str, make: Make, client, travelling):
    address, by_another = ready(act, make, travelling)
    client.sign_in(make.user())
    before = done()

    for wrong in ("", " \n ", "a\x00b", "R" * 2001):
        answer = client.post(address, data={"reason": wrong})

        assert (answer.status_code, done()) == (422, before), repr(wrong[:9])
        assert 'id="reason-error"' in answer.text and '<a href="#reason">' in answer.text
        if wrong.strip() and wrong.isprintable():
            assert typed_in(answer.text) == wrong
    by_another()
    before = done()
    answer = client.post(address, data={"reason": TYPED})

    assert (answer.status_code, done()) == (409, before)
    assert typed_in(answer.text) == TYPED and "Please look at this again" in answer.text


@pytest.mark.parametrize("act", ACTS)
def test_the_whole_reason_is_taken(act: str, make: Make, client, travelling):
    address, _ = ready(act, make, travelling)
    client.sign_in(make.user())
    before = done()

    answer = client.post(address, data={"reason": "R" * 2000})

    assert answer.status_code == 303 and done() > before


def test_without_its_page_a_refusal_would_lose_what_was_typed(make: Make, client, travelling, monkeypatch):
    monkeypatch.setattr(reasons, "refused", lambda act, *said: act(request.form["reason"]) and None)

    with pytest.raises(AssertionError):
        test_what_was_typed_is_kept_whatever_refuses_it("trainings.postpone", make, client, travelling)


def test_every_drop_down_with_a_reason_is_among_these():
    pages = [one.read_text() for one in TEMPLATES.rglob("*.html")]
    named = re.compile(r'\breason_form\(\s*url_for\(\s*"([\w.]+)"')
    found = {name for page in pages for name in named.findall(page)}

    assert len(found) >= 8
    assert {name for name in found if name != "trainings."} <= set(ACTS)


def test_a_correction_keeps_its_reason_beside_the_marks(make: Make, client, travelling):
    session = half_held(make.training(), make, travelling)
    [row] = registers.register(session)
    client.sign_in(make.user())
    address = f"/sessions/{session.public_id}/register"
    key = str(row.registration.public_id)
    sent = {f"was-{key}": "present|||", f"status-{key}": "absent", f"version-{key}": "1"}

    long = client.post(address, data={**sent, "reason": "R" * 2001})
    odd = client.post(address, data={**sent, "reason": "a\x00b"})
    clash = client.post(address, data={**sent, f"version-{key}": "0", "reason": TYPED})

    assert [answer.status_code for answer in (long, odd, clash)] == [422, 422, 409]
    assert f'value="{"R" * 2001}"' in long.text
    assert f'value="{TYPED}"' in html.unescape(clash.text)
    assert client.post(address, data={**sent, "reason": TYPED}).status_code == 303
