"""What a programme promised to its donor stands beside what the registers say."""

from __future__ import annotations

from tests.make import Make


def test_targets_stand_beside_what_the_registers_say(client, make: Make):
    programme = make.programme()
    client.sign_in(make.user())
    address = f"/programmes/{programme.public_id}"

    assert "No targets yet" in client.get(address).text
    assert client.save(f"{address}/targets", {"persons_trained": "0"}).status_code == 422
    client.save(f"{address}/targets", {"persons_trained": "250", "person_hours": ""})

    page = client.get(address).text
    assert "Persons trained" in page
    assert "250" in page
    assert "Person-hours" not in page
    assert 'value="250"' in client.get(f"{address}/targets").text
