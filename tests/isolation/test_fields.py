"""Ids in forms, queries and headers: another agency's is answered like one that does not exist, and changes nothing."""

from __future__ import annotations

import statistics
import time
import uuid
from dataclasses import dataclass

import pytest
from werkzeug.datastructures import MultiDict

from tests.isolation.asking import IDS, Asker, tables
from tests.isolation.world import TOKEN, World, world
from tests.make import Make
from training.db import db
from training.errors import NotFound
from training.models import RegistrationState, Trainee
from training.services.registrations import visible

TRIES = 200
MOST_APART = 1.5


@dataclass(frozen=True)
class Field:
    """A form's address, the field with the id, what else the form has, and of which kind the id is."""

    path: str
    name: str
    kind: str
    rest: tuple[tuple[str, str], ...] = ()


FIELDS = [
    Field("/registrations/for/{training}/new", "person", "trainee"),
    Field("/registrations/for/{training}/new?for={their_agency}", "person", "trainee"),
    Field("/registrations/{confirmed}/replace", "substitute", "trainee", (("reason", "ill"),)),
    Field("/imports/{batch}/rows/2", "choice", "trainee"),
]
CODES = [
    Field("/trainees/new", "agency", "agency",
          (("family_name", "New"), ("given_names", "Ann"), ("country", "AT"), ("sex", "f"))),
    Field("/registrations/for/{training}/new", "agency", "agency",
          (("family_name", "New"), ("given_names", "Ann"), ("country", "AT"), ("sex", "f"))),
]  # fmt: skip
QUERIES = ["/trainees?agency={code}", "/registrations?agency={code}", "/trainings/{training}?agency={code}",
           "/registrations/for/{training}/new?for={code}", "/imports/for/{training}/new?for={code}",
           "/calendar?agency={code}", "/registrations?training={id}", "/trainees?trainee={id}"]  # fmt: skip
HEADERS = [{"X-Original-URL": "/users"}, {"X-Rewrite-URL": "/users"}, {"X-HTTP-Method-Override": "DELETE"},
           {"HX-Request": "true", "HX-Current-URL": "/users"}, {"Referer": "/users"}]  # fmt: skip


@pytest.fixture
def here(make: Make) -> World:
    return world(make)


def filled(here: World, text: str, **more: object) -> str:
    """The address with A's things in it."""
    own = db.session.scalars(visible.of(here.trainings[0], here.users["lead of A"])).all()
    confirmed = next(one for one in own if one.state is RegistrationState.CONFIRMED)
    return text.format(
        training=here.trainings[0].public_id, confirmed=confirmed.public_id, batch=here.mine["batch"].public_id,
        their_agency=here.theirs["agency"].code, **more,
    )  # fmt: skip


def plain(response) -> tuple[int, str, list[str]]:
    """What an answer says but for ids and tokens."""
    return response.status_code, IDS.sub("", response.text), sorted(response.headers.keys())


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: f"{one.path} {one.name}")
def test_an_id_in_a_form_is_anothers_or_of_another_kind_or_nobodys_all_alike(
    field: Field, app, here, queries
):
    asker, path = Asker(app, here.users["colleague of A"]), filled(here, field.path)
    before, answers, counts = tables(), [], []
    for wrong in (uuid.uuid4(), here.theirs[field.kind].public_id, here.theirs["agency"].public_id,
                  here.mine["registration"].public_id, here.theirs["registration"].public_id):  # fmt: skip
        data = [(field.name, str(wrong)), *field.rest]
        queries.clear()
        answers.append(plain(asker.client.post(path, data=MultiDict(data), headers=asker.headers)))
        counts.append(len(queries))

    assert answers[0][0] in (404, 422)
    assert answers == [answers[0]] * 5
    assert counts[1:] == counts[:1] * 4, "as many statements"
    assert tables() == before


def test_one_foreign_id_among_own_ones_stores_none_of_them(app, here, make: Make):
    asker = Asker(app, here.users["colleague of A"])
    own = [make.trainee(here.mine["agency"]) for _ in range(3)]
    path = filled(here, "/registrations/for/{training}/new")
    before = tables()

    data = MultiDict([("person", str(one.public_id)) for one in [*own, here.theirs["trainee"]]])
    response = asker.client.post(path, data=data, headers=asker.headers)

    assert response.status_code == 422
    assert tables() == before


@pytest.mark.parametrize("field", CODES, ids=lambda one: one.path)
def test_another_agencys_code_in_a_form_is_no_choice(field: Field, app, here):
    asker, path = Asker(app, here.users["colleague of A"]), filled(here, field.path)
    before = tables()
    answers = [
        plain(asker.client.post(path, data={field.name: code, **dict(field.rest)}, headers=asker.headers))
        for code in ("NOWHERE", here.theirs["agency"].code)
    ]
    for code, (status, text, _) in zip(("NOWHERE", here.theirs["agency"].code), answers, strict=True):
        assert status == 422
        assert TOKEN not in text.replace(code, "")
    assert answers[0][1].replace("NOWHERE", "") == answers[1][1].replace(here.theirs["agency"].code, "")
    assert tables() == before


@pytest.mark.parametrize("query", QUERIES)
def test_another_agencys_code_or_id_in_a_query_shows_what_a_missing_one_shows(query: str, app, here):
    asker = Asker(app, here.users["colleague of A"])
    answers = []
    for code, number in (
        ("NOWHERE", uuid.uuid4()),
        (here.theirs["agency"].code, here.theirs["trainee"].public_id),
    ):
        status, text, names = plain(asker.ask("GET", filled(here, query, code=code, id=number)))
        answers.append((status, text.replace(code, ""), names))

    assert answers[0] == answers[1]
    assert answers[0][0] < 500


@pytest.mark.parametrize("headers", HEADERS, ids=lambda one: next(iter(one)))
def test_headers_open_no_other_address(headers: dict[str, str], app, here):
    asker, before = Asker(app, here.users["colleague of A"]), tables()
    theirs = f"/trainees/{here.theirs['trainee'].public_id}"

    assert asker.client.get(theirs, headers=headers).status_code == 404
    assert asker.client.post(theirs, headers={**asker.headers, **headers}).status_code == 405
    assert TOKEN not in asker.client.get("/trainees", headers=headers).text
    assert tables() == before


def test_a_row_of_another_list_does_not_exist(app, here):
    asker, before = Asker(app, here.users["colleague of A"]), tables()

    for path in (f"/imports/{here.mine['batch'].public_id}/rows/999", f"/imports/{here.theirs['batch'].public_id}/rows/1",
                 f"/imports/{uuid.uuid4()}/rows/1"):  # fmt: skip
        response = asker.client.post(path, data={"choice": "skip"}, headers=asker.headers)
        assert response.status_code == 404, path
    assert tables() == before


@pytest.mark.parametrize("verb", ["confirm", "reserve", "decline"])
def test_a_registration_of_another_training_is_not_decided_on(verb: str, app, here, make: Make):
    """Neither alone nor among right ones: the answer is that of a missing one, and none is decided on."""
    asker, (of_other, here_) = Asker(app, here.users["coordinator"]), here.trainings
    right = make.registration(here_, make.trainee(here.mine["agency"]))
    strange = make.registration(of_other, make.trainee(here.theirs["agency"]))
    before, answers = tables(), []
    for wrong in (uuid.uuid4(), strange.public_id, strange.trainee.public_id, here.mine["batch"].public_id):
        for also in ([], [right.public_id]):
            data = MultiDict(
                [("registration", str(one)) for one in (*also, wrong)] + [("verb", verb), ("reason", "x")]
            )
            answers.append(
                plain(asker.ask("POST", f"/registrations/for/{here_.public_id}/decide", data=data))
            )

    assert answers[0][0] == 422
    assert answers[::2] == [answers[0]] * 4 and answers[1::2] == [answers[1]] * 4
    assert tables() == before


def test_at_the_door_only_people_of_the_agency_that_was_picked_are_added(app, here):
    asker = Asker(app, here.users["coordinator"])
    path = f"/registrations/for/{here.trainings[0].public_id}/new?for={here.mine['agency'].code}"
    before, answers = tables(), []
    for wrong in (uuid.uuid4(), here.theirs["trainee"].public_id, here.mine["registration"].public_id):
        answers.append(plain(asker.ask("POST", path, data={"person": str(wrong), "door": "1"})))

    assert answers[0][0] == 422
    assert answers == [answers[0]] * 3
    assert tables() == before


TIMED = [("/trainees/{}", "trainee"), ("/registrations/{}", "registration"), ("/imports/{}", "batch")]


def compare(
    asker: Asker, path: str, foreign: uuid.UUID, queries: list[str]
) -> tuple[float, set[int], set[int]]:
    """How much longer a foreign one takes than a missing one (medians, asked in turn), and how many statements each."""
    taken: dict[str, list[float]] = {"foreign": [], "missing": []}
    counts: dict[str, set[int]] = {"foreign": set(), "missing": set()}
    for _turn in range(TRIES):
        for name, number in (("foreign", foreign), ("missing", uuid.uuid4())):
            queries.clear()
            begun = time.perf_counter()
            response = asker.client.get(path.format(number))
            taken[name].append(time.perf_counter() - begun)
            counts[name].add(len(queries))
            assert response.status_code == 404
    ratio = statistics.median(taken["foreign"]) / statistics.median(taken["missing"])
    return ratio, counts["foreign"], counts["missing"]


@pytest.mark.parametrize(("path", "kind"), TIMED)
def test_foreign_and_missing_take_as_long(path, kind, app, here, queries, record_property):
    """The statements are the same number exactly; the time is, within what a busy machine adds."""
    asker = Asker(app, here.users["colleague of A"])

    ratio, foreign, missing = compare(asker, path, here.theirs[kind].public_id, queries)

    record_property(
        "measured",
        f"404 for a foreign {kind} takes {ratio:.3f} times that for a missing one, {TRIES} tries each",
    )
    assert foreign == missing and len(foreign) == 1
    assert 1 / MOST_APART < ratio < MOST_APART


def test_a_look_up_that_takes_longer_for_foreign_ones_would_be_seen(app, here, queries, monkeypatch):
    """As where the thing is found first, and the agency looked at afterwards."""

    def slow(user, public_id):
        found = db.session.scalar(db.select(Trainee).where(Trainee.public_id == public_id))
        if found is not None:
            visible.history(found.agency)
        raise NotFound

    monkeypatch.setattr("training.services.trainees.records.get", slow)
    monkeypatch.setattr("tests.isolation.test_fields.TRIES", 5)

    _, foreign, missing = compare(
        Asker(app, here.users["colleague of A"]), "/trainees/{}", here.theirs["trainee"].public_id, queries
    )

    assert foreign != missing


def test_a_form_that_takes_anybodys_id_would_be_seen(app, here, monkeypatch, queries):
    monkeypatch.setattr(
        "training.services.trainees.records.pick",
        lambda agency, ids: db.session.scalars(db.select(Trainee).where(Trainee.public_id.in_(ids))).all(),
    )

    with pytest.raises(AssertionError):
        test_an_id_in_a_form_is_anothers_or_of_another_kind_or_nobodys_all_alike(
            FIELDS[0], app, here, queries
        )
