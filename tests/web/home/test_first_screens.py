"""The first screen of each role: what waits for a decision, which seats are left, and where to go next."""

from __future__ import annotations

import re

from tests.make import Make
from training.models import Admission, Role
from training.services.home import dashboards
from training.services.registrations import reserve_list, seats, submissions


def test_the_first_page_names_who_asks_for_seats(client, make: Make):
    training, user = make.training(capacity=5), make.user(Role.PARTNER)
    client.sign_in(user)
    asked = {"what": "more", "seats": "2", "sentence": "Two officers wait."}
    client.post(f"/trainings/{training.public_id}/seats/ask", data=asked)

    client.sign_in(make.user(Role.COORDINATOR))
    assert f"/trainings/{training.public_id}/seats" in client.get("/").text


def test_the_first_page_of_a_coordinator_says_when_all_free_seats_are_kept(client, make: Make):
    training = make.training(capacity=2)
    make.kept(training, by=None, seats=2, agency=make.agency())
    make.registration(training)
    client.sign_in(make.user(Role.COORDINATOR))

    kept = client.get("/").text
    make.kept(training, by=None, seats=1, agency=seats.allocations(training)[0].agency)

    assert "2 free" in kept and "All free seats are kept; 1 wait." in kept
    assert f"/trainings/{training.public_id}/seats/release" in kept
    assert "All free seats are kept" not in client.get("/").text


def test_the_first_page_of_a_focal_point_leads_to_what_waits_for_the_agency(client, make: Make):
    training, focal = make.training(admission=Admission.APPROVAL), make.user(Role.PARTNER)
    client.sign_in(focal)
    quiet = client.get("/").text
    returned, theirs, offered = (
        make.registration(training, make.trainee(agency))
        for agency in (focal.agency, make.agency(), focal.agency)
    )
    for one in (returned, theirs):
        submissions.return_for_correction(one, by=make.user(), reason="which rank?")
    reserve_list.offer(reserve_list.reserve(offered, by=make.user()), by=make.user())

    home = client.get("/").text

    assert 'class="stat"' not in quiet
    assert re.findall(r"state=(\w+)\"><span>([^<]+)</span> <b>(\d+)", home) == [
        ("returned", "Returned: to correct", "1"),
        ("offered", "Seats offered: to take", "1"),
    ]


def test_the_first_page_says_that_more_trainings_are_open_than_it_shows(client, make: Make):
    user = make.user(Role.PARTNER)
    for _ in range(dashboards.MOST):
        make.training()
    client.sign_in(user)

    shown = client.get("/").text
    make.training()
    cut = client.get("/").text

    assert "There are more: see all trainings" not in shown
    assert "There are more: see all trainings" in cut


def test_the_partners_first_screen_says_seats_and_deadline(client, make: Make):

    agency, training = make.agency(), make.training(zone="Europe/Kyiv")
    make.kept(training, by=None, seats=4, agency=agency)
    for _ in range(2):
        make.registration(training, make.trainee(agency))
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    page = client.get("/").text

    assert "4 seats kept, 2 used, 2 free." in page
    assert "17:00 (Kyiv time)" in page
