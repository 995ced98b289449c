"""The page of what is to look at: its tabs, what is proposed, what is left as it is, and who may do so."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from tests.make import Make
from training import clock
from training.models import Admission, Role, Training, TrainingSession
from training.services.directory import venues
from training.services.registrations import decisions


def small(make: Make) -> tuple[Training, TrainingSession]:
    """A training of 20 in a room of 10, with a room of 30 beside it."""
    venue = make.venue()
    tight = venues.add_room(venue, by=None, details=venues.RoomDetails(name="Tight", capacity=10))
    venues.add_room(venue, by=None, details=venues.RoomDetails(name="Wide", capacity=30))
    day = clock.today() + timedelta(days=21 - clock.today().weekday())
    training = make.training(is_open=False, starts_on=day, venue=venue)
    return training, make.session(training, room=tight, trainers=[make.trainer()])


def followed(client, answer):
    """The page to which an answer leads."""
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_remedy_is_a_post_and_then_nothing_is_left_to_look_at(client, make: Make):
    training, session = small(make)
    client.sign_in(make.user(Role.COORDINATOR))
    assert "Room too small" in client.get("/").text

    page = client.get("/clashes").text
    assert "Tight seats 10, and the training has 20." in page and "Take Wide: 30 seats, free" in page
    sent = {
        "key": hidden(page, "key"),
        "remedy": re.search(r'value="(room:\d+)"', page)[1],
        "next": "/clashes",
    }
    done = followed(client, client.post(f"/clashes/{training.public_id}/take", data=sent))

    assert "Done, in 1 session." in done.text and "Nothing to look at until" in done.text
    assert session.room.name == "Wide"
    again = client.post(f"/clashes/{training.public_id}/take", data=sent)
    assert (again.status_code, "changed meanwhile" in again.text) == (409, True)


def test_leaving_it_so_needs_a_reason_and_can_be_taken_back(client, make: Make):
    training, _ = small(make)
    client.sign_in(make.user(Role.COORDINATOR))
    key = hidden(client.get("/clashes").text, "key")
    address = f"/clashes/{training.public_id}"

    refused = client.post(f"{address}/leave", data={"key": key, "note": ""})
    assert (
        refused.status_code == 422
        and 'aria-invalid="true"' in refused.text
        and "This is needed." in refused.text
    )

    left = followed(
        client, client.post(f"{address}/leave", data={"key": key, "note": "Chairs come.", "next": "/clashes"})
    )
    assert "Left as it is" in left.text and "Nothing to look at until" in left.text
    assert "Chairs come." in client.get("/clashes?left=1").text
    client.post(f"{address}/again", data={"key": key})
    assert "Tight seats 10" in client.get("/clashes").text


def test_filters_and_tabs_are_in_the_address_and_a_manager_only_reads(client, make: Make):
    training, _ = small(make)
    client.sign_in(make.user(Role.MANAGER))

    page = client.get("/clashes?rule=room_small&theme=BMV").text
    assert training.code in page and '<button class="btn btn-secondary small" name="remedy"' not in page
    assert training.code not in client.get("/clashes?rule=holiday").text
    assert training.code not in client.get("/clashes?theme=ASY").text
    assert training.code not in client.get(f"/clashes?until={clock.today()}").text
    assert client.get("/clashes?rule=nonsense").status_code == 422
    assert client.get("/clashes?until=nonsense").status_code == 422
    assert client.get("/clashes?page=99").status_code == 200


def test_after_a_session_is_stored_the_page_says_what_speaks_against_it(client, make: Make):
    training, session = small(make)
    client.sign_in(make.user(Role.COORDINATOR))
    starts = datetime.combine(training.starts_on, time(14))

    done = followed(client, client.post(
        f"/sessions/of/{training.public_id}/new",
        data={
            "title": "Afternoon", "starts_local": f"{starts:%Y-%m-%dT%H:%M}", "theme": "BMV", "is_compulsory": "y",
            "ends_local": f"{starts + timedelta(hours=2):%Y-%m-%dT%H:%M}", "break_minutes": "0",
            "room": str(session.room.public_id),
        }))  # fmt: skip

    assert "To look at: Tight seats 10, and the training has 20." in done.text


def test_a_room_is_blocked_on_the_venues_page_and_not_over_what_is_planned(client, make: Make):
    training, session = small(make)
    client.sign_in(make.user(Role.COORDINATOR))
    venue = session.room.venue
    hours = {
        "room": str(session.room.public_id), "reason": "painting",
        "starts_local": f"{session.starts_local:%Y-%m-%dT%H:%M}", "ends_local": f"{session.ends_local:%Y-%m-%dT%H:%M}",
    }  # fmt: skip

    refused = client.post(f"/venues/{venue.public_id}/block", data=hours)
    assert refused.status_code == 422 and f"Tight is taken then by {training.code}" in refused.text
    other = str(next(one for one in venues.rooms(venue) if one.name == "Wide").public_id)
    done = followed(client, client.post(f"/venues/{venue.public_id}/block", data={**hours, "room": other}))
    assert "Wide: painting" in done.text
    [closed] = venues.blocks(venue)
    gone = followed(client, client.post(f"/venues/blocks/{closed.public_id}/remove"))
    assert "Wide: painting" not in gone.text


def test_an_administrator_adds_holidays_and_sees_a_countrys(client, make: Make):
    client.sign_in(make.user())
    days = {"first_on": "2027-07-01", "last_on": "2027-07-02", "name_en": "Retreat"}

    wrong = client.post("/holidays", data={**days, "last_on": "2027-06-30"})
    assert wrong.status_code == 422 and "The end is before the start." in wrong.text
    added = followed(client, client.post("/holidays", data=days)).text
    assert "Retreat" in added and "everywhere" in added
    assert "Corpus Christi" in client.get("/holidays?country=AT&year=2027").text
    assert client.get("/holidays?country=AT&year=3").status_code in (200, 422)
    gone = re.search(r'action="(/holidays/[^"]+/remove)"', added)[1]
    assert "Retreat" not in followed(client, client.post(gone)).text


def test_a_trainer_notes_days_away_and_the_coordinator_reads_it(client, make: Make):
    account = make.user(Role.TRAINER)
    trainer = make.trainer(user=account)
    client.sign_in(account)
    day = clock.today() + timedelta(days=40)

    done = followed(client, client.post(
        "/trainers/me/absences", data={"starts_on": f"{day}", "ends_on": f"{day}", "part": "am", "note": "dentist"}))  # fmt: skip
    assert "Noted. No session is planned then." in done.text and "mornings" in done.text
    client.sign_in(make.user(Role.COORDINATOR))
    page = client.get(f"/trainers/{trainer.public_id}").text
    assert "noted by the trainer" in page and "dentist" in page
    number = hidden(page, "absence")
    gone = followed(
        client, client.post(f"/trainers/{trainer.public_id}/absences/remove", data={"absence": number})
    )
    assert "dentist" not in gone.text
    assert (
        client.post(f"/trainers/{trainer.public_id}/absences/remove", data={"absence": "x"}).status_code
        == 303
    )


def test_a_decision_on_many_leaves_out_who_is_elsewhere_until_somebody_says_why(client, make: Make):
    first, second = make.training(), make.training(admission=Admission.APPROVAL)
    person = make.trainee()
    make.registration(first, person)
    ids = [
        str(make.registration(second, who, override_reason="").public_id) for who in (person, make.trainee())
    ]
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/registrations/for/{second.public_id}/decide"

    page = client.post(address, data={"registration": ids, "verb": decisions.Verb.CONFIRM.value}).text
    assert f"has a seat in {first.code} at that time" in page
    done = followed(client, client.post(
        address, data={"registration": ids[:1], "verb": "confirm", "override_reason": "Half a day each."}))  # fmt: skip
    assert "Confirmed: 1." in done.text
