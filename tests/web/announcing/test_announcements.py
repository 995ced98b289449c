"""Look and announce: the page says what differs and who hears of it; the buttons do it once, and take it back."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine

from tests.make import Make
from tests.services.letters.mailed import send
from training import clock
from training.db import db
from training.models import Announcement, MailState, OutgoingMail, Role, Training, TrainingState
from training.services.announcing import announced_copies, differences
from training.services.directory import venues
from training.services.schedule import sessions, visible
from training.services.trainings import moves
from training.texts import letters


def move(desk, hours: int = 1) -> None:
    later, session = timedelta(hours=hours), desk["session"]
    Make().change_session(
        session,
        by=desk["by"],
        starts_local=session.starts_local + later,
        ends_local=session.ends_local + later,
    )


def meant(training: Training) -> dict[str, str]:
    """What the buttons of the letters that wait send: which announcement they stand for."""
    return {"announcement": str(training.announcement.public_id)}


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page)[1]


def of_announcement(desk) -> list[OutgoingMail]:
    last = db.session.scalar(db.select(db.func.max(OutgoingMail.announcement_id)))
    return list(db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.announcement_id == last)))


def test_the_training_says_what_is_not_announced_and_who_does_not_know(desk, client):
    assert "not announced" not in client.get(desk["url"]).text

    move(desk)

    page = client.get(desk["url"]).text
    assert "1 change not announced." in page
    assert "They do not know: 2 people, 1 agency, 1 trainer." in page


def test_announcing_writes_one_letter_to_each_and_says_when_they_leave(desk, client):
    move(desk)
    page = client.get(f"{desk['url']}/announce").text
    assert "Profiling" in page and "Announce: 3 letters" in page and "Nomail" in page

    answer = client.post(
        f"{desk['url']}/announce",
        data={"seen": seen(page), "people": "y", "agencies": "y", "trainers": "y", "note": "Sorry for this."},
    )

    assert answer.status_code == 303
    found = {(one.kind, one.to_email, one.state) for one in of_announcement(desk)}
    assert found == {
        ("trainee_changed", "ada@example.org", MailState.QUEUED),
        ("trainee_changed", "", MailState.NO_ADDRESS),
        ("changed", desk["focal"].email, MailState.QUEUED),
        ("trainer_changed", "eva@example.org", MailState.QUEUED),
    }
    assert all("Sorry for this." in one.body for one in of_announcement(desk) if one.body)
    assert all(one.due_at > clock.now() + timedelta(seconds=50) for one in of_announcement(desk))
    page = client.get(desk["url"]).text
    assert "3 letters about announcement" in page and "Undo" in page and "not announced" not in page


def test_what_changed_meanwhile_is_shown_again_before_it_is_announced(desk, client):
    move(desk)
    old = seen(client.get(f"{desk['url']}/announce").text)
    move(desk)

    answer = client.post(f"{desk['url']}/announce", data={"seen": old, "people": "y", "note": "My word"})

    assert answer.status_code == 422 or answer.status_code == 409
    assert "The plan has changed meanwhile" in answer.text and "My word" in answer.text
    assert differences.of(desk["training"])


def test_undo_drops_the_letters_and_the_copy_and_comes_too_late_after_a_minute(desk, client):
    move(desk)
    url = f"{desk['url']}/announce"
    client.post(
        url, data={"seen": seen(client.get(url).text), "people": "y", "agencies": "y", "trainers": "y"}
    )
    number = desk["training"].announcement_id

    assert client.post(f"{url}/undo", data=meant(desk["training"])).status_code == 303

    assert {one.state for one in of_announcement(desk)} == {MailState.DROPPED}
    assert desk["training"].announcement_id < number and differences.of(desk["training"])
    client.post(url, data={"seen": seen(client.get(url).text), "people": "y"})
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert client.post(f"{url}/undo", data=meant(desk["training"])).status_code == 409


def test_the_letters_that_wait_can_leave_at_once(desk, client):
    move(desk)
    url = f"{desk['url']}/announce"
    client.post(url, data={"seen": seen(client.get(url).text), "people": "y"})

    assert client.post(f"{url}/send", data=meant(desk["training"])).status_code == 303

    assert all(one.due_at <= clock.now() for one in of_announcement(desk) if one.state is MailState.QUEUED)
    assert client.post(f"{url}/undo", data=meant(desk["training"])).status_code == 409


def test_without_letters_needs_a_reason_and_tells_nobody(desk, client):
    move(desk)
    url = f"{desk['url']}/announce"
    before = db.session.scalar(db.select(db.func.count(OutgoingMail.id)))

    assert client.post(url, data={"seen": seen(client.get(url).text), "silent": "1"}).status_code == 422
    assert differences.of(desk["training"])
    data = {"seen": seen(client.get(url).text), "silent": "1", "reason": "Told by word of mouth"}
    assert client.post(url, data=data).status_code == 303

    assert not differences.of(desk["training"])
    assert db.session.scalar(db.select(db.func.count(OutgoingMail.id))) == before


def test_a_button_of_an_older_announcement_undoes_no_newer_one(desk, client):
    move(desk)
    Make().announced(desk["training"], by=desk["by"])
    older = meant(desk["training"])
    moves.change_state(desk["training"], by=desk["by"], name="postpone", reason="floods")

    for act in ("undo", "send"):
        assert client.post(f"{desk['url']}/announce/{act}", data=older).status_code == 409
        assert client.post(f"{desk['url']}/announce/{act}").status_code == 409

    assert desk["training"].state is TrainingState.POSTPONED
    assert announced_copies.that_can_be_undone(desk["training"]) is not None


def test_ticked_changes_are_taken_back(desk, client):
    move(desk)
    make = Make()
    day = desk["training"].starts_on + timedelta(days=1)
    new = make.session(desk["training"], day, title="Evening", is_known=False)
    url = f"{desk['url']}/announce"
    key = seen(client.get(url).text)

    answer = client.post(f"{url}/take-back", data={"seen": key, "session": str(new.public_id)})

    assert answer.status_code == 303
    assert [one.title for one in visible.of(desk["training"])] == ["Morning", "Profiling"]
    client.post(
        f"{url}/take-back",
        data={"seen": seen(client.get(url).text), "session": str(desk["session"].public_id)},
    )
    assert not differences.of(desk["training"])
    assert "Everybody knows this timetable" in client.get(url).text


def test_the_letters_can_be_read_before_and_nothing_is_stored_by_that(desk, client):
    move(desk)
    before = db.session.scalar(db.select(db.func.count(Announcement.id)))

    page = client.get(f"{desk['url']}/announce/letters").text

    session = desk["session"]
    assert letters.slot(session.starts_local, session.ends_local, "en") in page
    assert "/my/…" in page and "\x02" not in page
    assert db.session.scalar(db.select(db.func.count(Announcement.id))) == before
    assert differences.of(desk["training"])


def test_every_page_of_the_training_says_which_letters_leave_when(desk, client, make: Make):
    move(desk)
    make.announced(desk["training"], by=make.user())
    pages = [desk["url"], f"{desk['url']}/edit", f"{desk['url']}/seats", f"{desk['url']}/announce"]
    pages += [f"{desk['url']}/letters", f"/sessions/{desk['session'].public_id}/edit"]

    for page in pages:
        assert "3 letters about announcement" in client.get(page).text, page

    in_place = client.get(desk["url"], headers={"HX-Request": "true"}).text
    assert in_place.count('id="letters-waiting" hx-swap-oob="true"') == 1 and "3 letters about" in in_place
    other = make.training()
    for page in ("/", "/trainings", f"/trainings/{other.public_id}/announce"):
        assert f"/trainings/{desk['training'].public_id}/announce/undo" not in client.get(page).text, page
    for role, who in ((Role.PARTNER, desk["focal"]), (Role.MANAGER, make.user(Role.MANAGER))):
        page = client.sign_in(who).get(desk["url"]).text
        assert ("letters about announcement" in page) is (role is Role.MANAGER)
        assert "announce/undo" not in page
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        client.sign_in(desk["by"])
        assert "letters about announcement" not in client.get(desk["url"]).text


def test_postponing_waits_and_is_undone_on_the_page(desk, client, make: Make):
    answer = client.post(f"{desk['url']}/postpone", data={"reason": "elections"})
    assert answer.status_code == 303
    page = " ".join(client.get(desk["url"]).text.split())
    assert "3 letters about the postponed training leave at" in page and "Undo" in page and "Send now" in page

    assert client.post(f"{desk['url']}/announce/undo", data=meant(desk["training"])).status_code == 303

    page = client.get(desk["url"]).text
    assert desk["training"].state is TrainingState.OPEN
    assert "The training is not postponed any more" in page and "letters about" not in page
    client.post(f"{desk['url']}/postpone", data={"reason": "elections"})
    assert client.post(f"{desk['url']}/announce/send", data=meant(desk["training"])).status_code == 303
    assert client.post(f"{desk['url']}/announce/undo", data=meant(desk["training"])).status_code == 409


def test_a_trainer_taken_meanwhile_refuses_the_undo_by_name(desk, client, make: Make):
    session = desk["session"]
    client.post(f"{desk['url']}/postpone", data={"reason": "elections"})
    hours = {"starts_local": session.starts_local, "ends_local": session.ends_local}
    other = make.training(starts_on=desk["training"].starts_on)
    make.session(other, trainers=[session.session_trainers[0].trainer], **hours)

    answer = client.post(f"{desk['url']}/announce/undo", data=meant(desk["training"]))

    assert answer.status_code == 409 and other.code in answer.text
    assert desk["training"].state is TrainingState.POSTPONED


def test_coordinators_get_a_copy_if_it_is_ticked(desk, client, make: Make):
    url = f"{desk['url']}/announce"
    ticks = {"people": "y", "agencies": "y", "trainers": "y", "note": "Sorry for this."}
    for copy in ({}, {"coordinators": "y"}):
        move(desk)
        client.post(url, data={"seen": seen(client.get(url).text), **ticks, **copy})
        told = [one for one in of_announcement(desk) if one.kind == "coordinator_changed"]
        assert [one.user_id for one in told] == ([desk["by"].id] if copy else [])
    [one] = told
    assert "Profiling" in one.body and "Sorry for this." in one.body and "People told: 2" in one.body
    assert one.due_at > clock.now() + timedelta(seconds=50)
    client.post(f"{url}/undo", data=meant(desk["training"]))
    assert {one.state for one in of_announcement(desk)} == {MailState.DROPPED}


def test_without_letters_there_is_no_copy_either(desk, client):
    move(desk)
    url = f"{desk['url']}/announce"
    data = {
        "seen": seen(client.get(url).text),
        "silent": "1",
        "reason": "By word of mouth",
        "coordinators": "y",
    }
    client.post(url, data=data)
    assert of_announcement(desk) == [] or {one.kind for one in of_announcement(desk)} <= {"opened"}


def test_an_opening_is_undone_while_nobody_has_registered(desk, client, make: Make):
    training = make.training(is_open=False)
    make.session(training)
    client.post(f"/trainings/{training.public_id}/open", data={"whom": "all"})
    assert training.state is TrainingState.OPEN

    client.post(f"/trainings/{training.public_id}/announce/undo", data=meant(training))

    db.session.refresh(training)
    assert (training.state, training.announcement_id) == (TrainingState.DRAFT, None)
    client.post(f"/trainings/{training.public_id}/open", data={"whom": "all"})
    make.registration(training)
    answer = client.post(f"/trainings/{training.public_id}/announce/undo", data=meant(training))
    assert answer.status_code == 409 and "has registered somebody already" in answer.text


def test_a_manager_looks_and_has_no_button(desk, client, make: Make):
    move(desk)
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"{desk['url']}/announce").text

    assert "Profiling" in page and '<button class="btn btn-primary">' not in page
    assert client.post(f"{desk['url']}/announce", data={}).status_code == 403


def test_a_room_taken_meanwhile_refuses_the_way_back_by_name(desk, client, make: Make):
    room = venue_room(make)
    session = make.session(desk["training"], title="In the hall", room=room)
    hours = {"starts_local": session.starts_local, "ends_local": session.ends_local}
    make.change_session(session, by=desk["by"], room=None)
    other = make.training(starts_on=desk["training"].starts_on)
    make.session(other, room=room, **hours)
    url = f"{desk['url']}/announce"

    answer = client.post(
        f"{url}/take-back",
        data={"seen": seen(client.get(url).text), "session": str(session.public_id)},
    )

    assert answer.status_code in (409, 422) and room.name in answer.text and other.code in answer.text


def venue_room(make: Make):
    return venues.add_room(make.venue(), by=make.user(), details=venues.RoomDetails(name="Hall", capacity=30))


def test_a_called_off_session_alone_is_announced(desk, client):
    sessions.cancel(desk["session"], by=desk["by"], reason="The hall is flooded")
    url = f"{desk['url']}/announce"

    client.post(
        url, data={"seen": seen(client.get(url).text), "people": "y", "agencies": "y", "trainers": "y"}
    )

    told = of_announcement(desk)
    assert len(told) == 4
    assert all("called off" in one.body for one in told if one.body)


def test_opening_asks_whom_and_says_how_many(client, make: Make):
    kept, other, third = (make.user(Role.PARTNER) for _ in range(3))
    make.agency(name="Nobody There")
    training = make.training(is_open=False, capacity=9)
    make.session(training)
    make.kept(training, by=make.user(), seats=2, agency=kept.agency)
    client.sign_in(make.user(Role.COORDINATOR))
    url = f"/trainings/{training.public_id}/open"

    page = " ".join(client.get(url).text.split())
    assert "1 agency, 1 focal point" in page and "4 agencies, 3 focal points" in page
    assert "1 has nobody to write to" in page and "Nobody There" in page
    assert client.post(url, data={"whom": "picked"}).status_code == 422
    data = {"whom": "picked", "agencies": [other.agency.code], "by_invitation": "y"}
    assert client.post(url, data=data).status_code == 303

    opened = db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.kind == "opened")).all()
    assert [one.user_id for one in opened] == [other.id]
    for user, status in ((kept, 200), (other, 200), (third, 404)):
        client.sign_in(user)
        assert client.get(f"/trainings/{training.public_id}").status_code == status


def test_the_letters_of_an_announcement_stand_together_with_who_is_to_be_phoned(desk, client):
    move(desk)
    url = f"{desk['url']}/announce"
    client.post(
        url, data={"seen": seen(client.get(url).text), "people": "y", "agencies": "y", "trainers": "y"}
    )
    page = client.get(f"{desk['url']}/letters").text
    assert "4 letters: 0 sent, 3 waiting, 1 without an address" in page and "Nomail" in page
    [missed] = [one for one in of_announcement(desk) if one.state is MailState.NO_ADDRESS]

    answer = client.post(f"/mail/{missed.public_id}/phoned?back={desk['url']}/letters")

    assert answer.headers["Location"] == f"{desk['url']}/letters"
    assert "told by phone on" in client.get(f"{desk['url']}/letters").text
    reached = next(one for one in of_announcement(desk) if one.to_email == "ada@example.org")
    assert client.post(f"/mail/{reached.public_id}/phoned").status_code == 409


def test_a_letter_is_read_with_its_links_masked(desk, client, make: Make):
    move(desk)
    make.announced(desk["training"], by=desk["by"])
    own = next(one for one in of_announcement(desk) if one.to_email == "ada@example.org")

    page = client.get(f"/mail/{own.public_id}").text

    assert "Profiling" in page and "/my/…" in page and "ada@example.org" in page
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("MD")], all_themes=False))
    assert client.get(f"/mail/{own.public_id}").status_code == 404


def test_a_trainer_without_an_account_gets_the_letter(desk, app, make: Make):
    move(desk)
    make.announced(desk["training"], by=desk["by"])

    sent = [message for message in send(app) if "eva@example.org" in message["To"]]

    assert [message["Subject"] for message in sent][-1].startswith("Your sessions have changed")


def test_a_form_says_before_that_a_change_is_told_at_once(desk, client):
    url = f"/sessions/{desk['session'].public_id}"
    assert "tell those concerned now" not in client.get(f"{url}/edit").text

    with time_machine.travel(desk["session"].starts_at - timedelta(hours=40), tick=False):
        client.sign_in(desk["by"])
        assert "Save and tell those concerned now" in client.get(f"{url}/edit").text
        assert "Call it off and tell those concerned now" in client.get(f"{url}/cancel").text
