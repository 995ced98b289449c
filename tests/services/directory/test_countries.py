"""What there is of a country: numbers are those of the filtered lists, and nobody reads more of people than elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from training import clock
from training.errors import NotFound
from training.models import Admission, Modality, Role, User
from training.services import streams, visible_trainings
from training.services.accounts import users
from training.services.directory import agencies, countries
from training.services.directory.countries import Counts
from training.services.merging import merges
from training.services.programmes import frames
from training.services.registrations import submissions
from training.services.trainees import records
from training.services.trainings import moves


@pytest.fixture
def desk(make: Make) -> User:
    """Norland: two agencies with three people, two trainings, and three programmes: each with another role."""
    guard, office = make.agency(country="XN"), make.agency(country="XN")
    for agency in (guard, guard, office):
        make.trainee(agency, country="XN")
    make.trainee(guard, country="XV")
    venue = make.venue(country="XN", city="Nordhavn")
    make.training(programme=make.programme(countries=["XN", "XV"]), venue=venue)
    make.training(programme=make.programme(countries=[]), country="XN")
    make.programme(countries=["XN"])
    make.programme(countries=["XV"])
    return make.user(Role.MANAGER)


def test_the_numbers_of_a_country_are_those_of_the_filtered_lists(desk: User):
    counts = countries.counts(desk, "XN")

    assert counts == Counts(agencies=2, people=3, trainings=2, programmes=3)
    assert counts == countries.every(desk)["XN"]
    assert counts == Counts(
        streams.count(agencies.search(desk, country="XN")),
        streams.count(records.search(desk, country="XN")),
        streams.count(visible_trainings.search(desk, country="XN")),
        streams.count(frames.search(desk, country="XN")),
    )


def test_a_country_is_listed_for_whatever_there_is_of_it(desk: User, make: Make):
    make.trainee(make.agency(country="AT"), country="FJ")
    make.programme(countries=["KE"])
    online = make.training(country="", modality=Modality.ONLINE, link="https://example.org")

    listed = countries.every(desk)

    assert (listed["FJ"], listed["KE"]) == (Counts(people=1), Counts(programmes=1))
    assert online.country == "" and "" not in listed


def test_people_whose_records_were_merged_count_once(desk: User, make: Make):
    one, double = (make.trainee(make.agency(), country="KE", family_name="Amber") for _ in range(2))
    before = countries.every(desk)["KE"].people
    merges.merge(one, double, by=make.user(), values=[])

    assert (before, countries.every(desk)["KE"].people, countries.counts(desk, "KE").people) == (2, 1, 1)


@pytest.mark.parametrize("code", ["ZZ", "EU", "xn", "XNN", "", "BMV"])
def test_what_is_no_country_is_not_found(code: str, desk: User):
    with pytest.raises(NotFound):
        countries.get(desk, code)
    assert countries.get(desk, "FJ") == "FJ"


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER])
def test_who_is_no_staff_would_count_nothing_of_others(role: Role, desk: User, make: Make):
    """The page is closed to them; the service would not tell them more either."""
    stranger = make.user(role)

    assert countries.counts(stranger, "XN").people == countries.counts(stranger, "XN").agencies == 0
    assert countries.counts(stranger, "XN").programmes == 0
    listed = countries.every(stranger).get("XN", Counts())
    assert (listed.agencies, listed.people, listed.programmes) == (0, 0, 0)
    assert countries.going(stranger, "XN", most=8) == []


def test_focal_points_are_those_with_an_account_that_works_the_lead_first(make: Make):
    agency, other = make.agency(country="XN"), make.agency(country="XN")
    second = make.user(Role.PARTNER, agency=agency)
    lead = make.user(Role.PARTNER, agency=agency, is_lead=True)
    gone = make.user(Role.PARTNER, agency=agency)
    users.deactivate(gone, by=make.user())

    assert countries.focal_points([agency, other]) == {agency.id: [lead, second]}


def test_trainings_there_are_to_come_or_past_and_none_that_does_not_take_place(desk: User, make: Make):
    today, by = clock.today(), make.user()
    programme = make.programme(countries=["XR"])
    later, soon, now, past = (
        make.training(
            programme=programme, country="XR", starts_on=today + timedelta(days=days), is_open=False
        )
        for days in (60, 30, -1, -30)
    )
    off = make.training(programme=programme, country="XR", starts_on=today + timedelta(days=40))
    moves.change_state(off, by=by, name="cancel", reason="floods")

    assert countries.trainings_there(desk, "XR", most=8) == ([now, soon, later], [past])
    assert countries.trainings_there(desk, "XR", most=1) == ([now], [past])
    assert countries.trainings_there(desk, "FJ", most=8) == ([], [])


def test_where_people_go_next_counts_seats_and_who_waits(desk: User, make: Make):
    by, agency = make.user(), make.agency()
    first_come, by_approval = make.training(), make.training(admission=Admission.APPROVAL)
    for training in (first_come, first_come, by_approval):
        make.registration(training, make.trainee(agency, country="XL"))
    make.registration(first_come, make.trainee(agency, country="XV"))
    gone = make.registration(first_come, make.trainee(agency, country="XL"))
    submissions.withdraw(gone, by=by, reason="ill")

    going = countries.going(desk, "XL", most=8)

    assert [(one.training, one.seats, one.waiting) for one in going] == [
        (first_come, 2, 0),
        (by_approval, 0, 1),
    ]


def test_a_coordinator_reads_where_people_go_in_the_own_themes_alone(make: Make):
    training = make.training()
    make.registration(training, make.trainee(make.agency(), country="XL"))
    own, elsewhere = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "ASY"))

    assert [one.training for one in countries.going(own, "XL", most=8)] == [training]
    assert countries.going(elsewhere, "XL", most=8) == []


def test_a_programme_says_its_role_in_the_country(desk: User, make: Make):
    parts = {(one.is_partner, one.trainings) for one in countries.programmes(desk, "XN", most=8)}

    assert parts == {(True, 1), (False, 1), (True, 0)}
    assert len(countries.programmes(desk, "XN", most=2)) == 2
    assert countries.programmes(desk, "FJ", most=8) == []


def test_a_code_within_another_is_no_role(make: Make, desk: User):
    """The countries of a programme are one text: ``AT,XN`` must not hold ``T,`` or the like."""
    make.programme(countries=["KE", "AT"])

    assert streams.count(frames.search(desk, country="EA")) == 0
    assert [streams.count(frames.search(desk, country=code)) for code in ("KE", "AT")] == [1, 1]
