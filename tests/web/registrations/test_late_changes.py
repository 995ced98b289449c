"""On the pages: who comes instead of somebody, and who is added at the door."""

from __future__ import annotations

from datetime import datetime, time

import pytest
import time_machine

from tests.make import Make
from training.models import RegistrationState, Role
from training.services.trainings import moves

S = RegistrationState


@pytest.mark.parametrize("name", ["open", "confirmed", "running"])
def test_people_are_added_at_the_door_from_the_first_day_whoever_forgot_to_start_it(name, client, make: Make):
    training, agency, staff = make.training(), make.agency(), make.user(Role.COORDINATOR)
    make.trainee(agency)
    for step in {"open": [], "confirmed": ["confirm"], "running": ["confirm", "start"]}[name]:
        with time_machine.travel(datetime.combine(training.starts_on, time(8)).astimezone()):
            moves.change_state(training, by=staff, name=step)
    address = f"/registrations/for/{training.public_id}/new?for={agency.code}"

    client.sign_in(staff)
    assert "They are at the door" not in client.get(address).text
    with time_machine.travel(datetime.combine(training.starts_on, time(10)).astimezone()):
        client.sign_in(staff)
        assert "They are at the door" in client.get(address).text


def test_who_comes_instead_is_searched_for_and_picked(client, make: Make):
    training, focal = make.training(), make.user(Role.PARTNER)
    one = make.registration(training, make.trainee(focal.agency))
    wanted, other = (make.trainee(focal.agency, family_name=name) for name in ("Sokolova", "Miller"))
    client.sign_in(focal)
    address = f"/registrations/{one.public_id}/replace"
    assert address in client.get(f"/registrations/{one.public_id}").text

    found = client.get(f"{address}?text=соколова").text
    nobody = client.post(address, data={"reason": "ill"})
    silent = client.post(address, data={"substitute": str(wanted.public_id)})
    neither = client.post(address, data={}).text
    kept = client.get(f"{address}?text=miller&substitute={wanted.public_id}").text
    done = client.post(address, data={"substitute": str(wanted.public_id), "reason": "ill"})

    assert wanted.name in found and other.name not in found
    assert (nobody.status_code, silent.status_code, done.status_code) == (422, 422, 303)
    assert "Pick the person who comes instead." in nobody.text and 'value="ill"' in nobody.text
    assert "Reason:</a> This is needed." in silent.text and "checked" in silent.text
    assert "Pick the person who comes instead." in neither and "Reason:</a> This is needed." in neither
    assert kept.index(wanted.name) < kept.index(other.name) and kept.count('" checked') == 1
    assert one.state is S.REPLACED
