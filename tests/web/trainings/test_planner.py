"""A new training on one page: what is proposed, what is checked before it is stored, and what stays when it is refused."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import db
from training.models import Role, Training
from training.services import locked_trainings
from training.services.directory import venues
from training.services.programmes import courses
from training.services.trainings import from_course


def first_day() -> str:
    today = clock.today()
    return (today - timedelta(days=today.weekday()) + timedelta(weeks=9)).isoformat()


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form on the page."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        value = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in value and (
            value.get("type") not in ("checkbox", "radio") or re.search(r"\bchecked\b", tag)
        ):
            found.setdefault(value["name"], []).append(html.unescape(value.get("value", "")))
    for name, inside in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.findall(
            r'<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', inside
        )
        found.setdefault(name, []).append(next((one or other for one, other in chosen), ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S):
        found.setdefault(name, []).append(html.unescape(text).lstrip("\r\n"))
    return {name: values for name, values in found.items() if name not in ("csrf_token", "request_key", "do")}


def checked(client, page: str, **wanted) -> str:
    """The whole page after another look at it, as without scripts."""
    return client.post("/trainings/new/check", data={**fields(page), **wanted}).data.decode()


@pytest.fixture
def world(client, make: Make):
    programme, course = make.programme(code="XX"), make.course(timetable=courses_text())
    venue = make.venue()
    venues.add_room(venue, by=None, details=venues.RoomDetails(name="Large", capacity=80))
    venues.add_room(venue, by=None, details=venues.RoomDetails(name="Small", capacity=25))
    venues.add_room(venue, by=None, details=venues.RoomDetails(name="Tiny", capacity=5))
    trainer = make.trainer(themes=[make.theme()])
    client.sign_in(make.user(Role.COORDINATOR))
    return programme, course, venue, trainer


def courses_text() -> str:
    return "09:00–12:30 Paper (break 30)\n  Opening\n13:30–17:00 Photos (break 30)\nDay 2\n09:00–12:30 Visas (break 30)"


def test_the_page_proposes_a_code_a_title_a_room_and_a_deadline(client, make: Make, world):
    _, course, venue, _ = world
    page = client.get("/trainings/new").data.decode()
    assert fields(page)["code"] == ["XX-01"] and "Pick a first day" in page

    page = checked(client, page, course=course.code)
    page = checked(client, page, venue=str(venue.public_id), starts_on=first_day())

    sent = fields(page)
    assert sent["title"] == ["Forged documents"] and sent["days"] == ["2"] and sent["hours"] == [""]
    small = next(one for one in venues.rooms(venue) if one.name == "Small")
    assert sent["room"] == [str(small.public_id)], "the smallest one that holds the seats"
    assert sent["registration_closes_local"][0].endswith("T17:00")
    assert "3 sessions" in page and sent["known"] == sent["held"] == ["1-0900", "1-1330", "2-0900"]


def test_it_is_stored_with_its_timetable_and_the_next_one_can_be_planned(client, make: Make, world):
    _, course, venue, trainer = world
    page = checked(client, client.get("/trainings/new").data.decode(), course=course.code)
    page = checked(
        client, page, venue=str(venue.public_id), starts_on=first_day(), trainers=[str(trainer.public_id)]
    )

    answer = client.post("/trainings/new", data=fields(page))

    training = db.session.scalars(select(Training)).one()
    assert (answer.status_code, answer.location) == (303, f"/trainings/{training.public_id}")
    held = locked_trainings.live_sessions(training)
    assert len(held) == 3 and {one.room.name for one in held} == {"Small"}
    assert training.zone == venue.zone and training.country == venue.country
    assert "Opening" in client.get(answer.location).text
    again = client.post(
        "/trainings/new", data={**fields(checked(client, page, starts_on="2020-01-06")), "another": "1"}
    )
    assert again.status_code in (303, 422)


def test_what_somebody_wrote_is_not_replaced_by_what_is_proposed(client, make: Make, world):
    _, course, *_ = world
    page = checked(client, client.get("/trainings/new").data.decode(), title="My own", capacity="7")

    sent = fields(checked(client, page, course=course.code))

    assert sent["title"] == ["My own"] and sent["capacity"] == ["7"] and sent["days"] == ["2"]


def test_a_clash_is_shown_with_what_would_help_and_a_remedy_helps(client, make: Make, world):
    _, course, _, trainer = world
    ready = {"course": course.code, "starts_on": first_day(), "country": "AT", "zone": "Vienna"}
    page = checked(client, client.get("/trainings/new").data.decode(), **ready)
    page = checked(client, page, trainers=[str(trainer.public_id)])
    assert client.post("/trainings/new", data=fields(page)).status_code == 303

    again = checked(client, client.get("/trainings/new").data.decode(), **ready)
    again = checked(client, again, trainers=[str(trainer.public_id)])
    refused = client.post("/trainings/new", data=fields(again))
    text = refused.data.decode()
    assert (
        refused.status_code == 422
        and "teaches in XX-01" in text
        and len(db.session.scalars(select(Training)).all()) == 1
    )
    remedy = html.unescape(re.search(r'value="(without:[^"]*)"', text)[1])

    mended = checked(client, text, do=remedy)

    assert "Nothing speaks against it" in mended
    assert client.post("/trainings/new", data=fields(mended)).status_code == 303


def test_a_stale_preview_is_shown_again(client, make: Make, world):
    _, course, *_ = world
    ready = {"course": course.code, "starts_on": first_day(), "country": "AT", "zone": "Vienna"}
    page = checked(client, client.get("/trainings/new").data.decode(), **ready)
    details = courses.Details(
        **{**{name: getattr(course, name) for name in ("code", "title_en", "theme", "activity_type")},
           "timetable": "10:00–12:30 Paper\n13:30–17:00 Photos"},
    )  # fmt: skip
    courses.change(course, by=make.user(), details=details)

    refused = client.post("/trainings/new", data=fields(page))

    assert refused.status_code == 422 and "have changed since" in refused.text
    assert client.post("/trainings/new", data=fields(refused.data.decode())).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "said"),
    [({"starts_on": "never"}, "starts_on-error"), ({"hours": "nine to five"}, "Write hours as"),
     ({"capacity": "0"}, "capacity-error"), ({"title": ""}, "title-error"), ({"starts_on": "9999-12-31"}, "Use a day"),
     ({"days": "61"}, "days-error"), ({"zone": "Atlantis"}, "zone-error"), ({"languages": []}, "languages-error")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    client, make: Make, world, wanted, said: str
):
    _, course, *_ = world
    ready = {"course": course.code, "starts_on": first_day(), "country": "AT", "zone": "Vienna"}
    page = checked(client, client.get("/trainings/new").data.decode(), **ready)
    sent = fields(page)
    sent.update({name: value if isinstance(value, list) else [value] for name, value in wanted.items()})

    refused = client.post("/trainings/new", data=sent)

    text = refused.data.decode()
    assert refused.status_code == 422 and said in text, text
    assert fields(text)["code"] == ["XX-01"] and db.session.scalars(select(Training)).all() == []


@pytest.mark.parametrize(
    "name", ["proposed", "shown", "do", "wish", "known", "held", "hours-1-0900", "room-1-0900"]
)
@pytest.mark.parametrize("value", ["[[[", "{}", '["a"]', "1:2:3", "x" * 5000, json.dumps([1, 2]), "starts:x"])
def test_odd_hidden_fields_do_no_harm(client, make: Make, world, name: str, value: str):
    _, course, *_ = world
    page = checked(
        client, client.get("/trainings/new").data.decode(), course=course.code, starts_on=first_day()
    )

    for address in ("/trainings/new/check", "/trainings/new"):
        assert client.post(address, data={**fields(page), name: value}).status_code in (200, 303, 422)


def test_a_programme_out_of_scope_is_not_there(client, make: Make):
    other = make.programme("THB")
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("BMV")]))

    assert client.get(f"/trainings/new?programme={other.code}").status_code == 404
    assert "No programme in your themes" in client.get("/trainings/new").text


def test_a_live_look_brings_only_what_changed(client, make: Make, world):
    _, course, *_ = world
    page = client.get("/trainings/new").data.decode()

    part = client.post(
        "/trainings/new/check", data={**fields(page), "course": course.code}, headers={"HX-Request": "true"}
    ).data.decode()

    assert 'id="preview"' in part and 'id="at-title"' in part and "<html" not in part
    assert 'id="at-code"' not in part


def test_a_copy_keeps_hours_and_trainers_and_takes_a_code_of_its_own(client, make: Make, world):
    _, course, _, trainer = world
    ready = {"course": course.code, "starts_on": first_day(), "country": "AT", "zone": "Vienna"}
    page = checked(client, client.get("/trainings/new").data.decode(), **ready)
    client.post("/trainings/new", data=fields(checked(client, page, trainers=[str(trainer.public_id)])))
    training = db.session.scalars(select(Training)).one()
    address = f"/trainings/{training.public_id}/copy"
    page = client.get(address).data.decode()
    later = (training.starts_on + timedelta(weeks=4)).isoformat()
    page = client.post(f"{address}/check", data={**fields(page), "starts_on": later}).data.decode()

    answer = client.post(address, data=fields(page))

    assert answer.status_code == 303, answer.text
    copy = db.session.scalars(select(Training).where(Training.id != training.id)).one()
    assert (copy.code, copy.title, copy.course) == ("XX-02", training.title, course)
    held = locked_trainings.live_sessions(copy)
    assert [one.session_trainers[0].trainer for one in held] == [trainer] * 3


def test_a_series_is_checked_row_by_row_and_stored_as_a_whole(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    training = make.training()
    address = f"/trainings/{training.public_id}/repeat"
    page = client.get(address).data.decode()
    days = [one for one in fields(page)["first_day"] if one]
    assert len(days) == 4 and "free" in page

    bad = client.post(address, data={**fields(page), "first_day": [*days, "someday"]})
    assert bad.status_code == 422 and "is no day" in bad.text
    filled = client.post(address, data={**fields(page), "fill": "1", "every": "2", "count": "3"})
    assert len([one for one in fields(filled.data.decode())["first_day"] if one]) == 3
    answer = client.post(address, data=fields(page))

    assert answer.status_code == 303 and answer.location.startswith("/series/")
    listed = client.get(answer.location)
    assert listed.status_code == 200 and "every 4 weeks" in listed.text
    assert len(db.session.scalars(select(Training)).all()) == 5
    client.sign_in(make.user(Role.PARTNER))
    assert client.get(answer.location).status_code == 403


def test_new_dates_are_looked_at_and_taken(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    training = make.training()
    address = f"/trainings/{training.public_id}"
    assert client.get(f"{address}/new-dates").status_code == 303, "it is not postponed"
    client.post(f"{address}/postpone", data={"reason": "floods"})
    assert "New dates" in client.get(address).text
    later = (training.starts_on + timedelta(days=60)).isoformat()
    sent = {"first_day": later, "asks_again": "y"}
    looked = client.post(f"{address}/new-dates", data=sent, headers={"HX-Request": "true"})
    assert looked.status_code == 200 and "outcome" in looked.text and training.state == "postponed"
    for bad in ("", "never", "9999-12-31", "2020-01-01"):
        assert client.post(f"{address}/new-dates", data={**sent, "first_day": bad}).status_code == 422

    answer = client.post(f"{address}/new-dates", data={**sent, "weekends": "y"})

    assert answer.status_code == 303 and training.state == "open" and training.starts_on.isoformat() == later


def test_a_course_is_made_of_a_training_and_brought_up_to_date(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    training = make.training()
    page = client.get(f"/courses/new?from={training.public_id}").data.decode()
    assert "Morning" in fields(page)["timetable"][0]

    text = from_course.as_course(training).timetable  # the client of the tests takes line breaks out of pages
    answer = client.post(
        f"/courses/new?from={training.public_id}",
        data={**fields(page), "languages": ["en"], "timetable": text},
    )

    assert answer.status_code == 303, answer.text
    course = training.course
    assert course is not None and client.get(answer.location).status_code == 200
    assert course.code in client.get("/courses?text=forged").text
    make.session(training, training.ends_on, title="Evening talk")
    proposed = client.get(f"/courses/{course.public_id}/edit?from={training.public_id}").get_data(
        as_text=True
    )
    assert "Evening talk" in fields(proposed)["timetable"][0]
    text = from_course.as_course(training).timetable
    saved = client.post(
        f"/courses/{course.public_id}/edit?from={training.public_id}",
        data={**fields(proposed), "languages": ["en"], "timetable": text},
    )
    assert saved.status_code == 303 and len(course.half_days) == 2
    for verb in ("retire", "resume"):
        assert client.post(f"/courses/{course.public_id}/{verb}").status_code == 303
