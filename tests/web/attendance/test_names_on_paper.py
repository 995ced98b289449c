"""The pages that make a paper say which names it prints in Latin letters, and say nothing when there are none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from tests.conftest import SECRET
from tests.make import Make
from tests.papers import text_of, usual_fonts
from training import clock
from training.models import Role
from training.output import fonts
from training.services.schedule import visible
from training.texts import links

SAID = "1 name is printed in Latin letters: no font for Chinese."


@pytest.fixture(autouse=True)
def without_the_optional_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fonts, "FOLDER", usual_fonts(tmp_path))


def pages(registration) -> list[str]:
    training, agreed = registration.training, registration.trainee.public_id
    return [
        f"/trainings/{training.public_id}",
        f"/sessions/{visible.of(training)[0].public_id}/register",
        f"/registrations/{registration.public_id}",
        f"/my/{links.token(registration.public_id, agreed, secret_key=SECRET)}",
        "/reports/attendance?ends_from=",
    ]


@pytest.mark.parametrize(("family", "is_said"), [("李伟", True), ("ნინო", False), ("Okafor", False)])
def test_each_page_with_a_paper_says_whose_name_is_in_latin_letters(
    family: str, is_said: bool, make: Make, client
):
    registration = make.registration(make.training(), make.trainee(family_name=family))
    *before, report = pages(registration)
    client.sign_in(make.user())

    for url in before:
        assert (SAID in client.get(url).text) is is_said, url
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        client.sign_in(make.user())  # the report has people once their session has begun
        assert (SAID in client.get(report).text) is is_said


def test_several_names_are_counted_and_the_sheet_has_them_in_latin_letters(make: Make, client):
    training, agency = make.training(capacity=5), make.agency()
    for native in ("李伟", "王芳", "やまだ", "ნინო"):
        make.registration(training, make.trainee(agency, native_name=native))
    client.sign_in(make.user())

    page = client.get(f"/trainings/{training.public_id}").text
    paper = client.get(f"/sessions/of/{training.public_id}/sign-in-sheet.pdf")

    assert "3 names are printed in Latin letters: no font for Chinese, Japanese." in page
    assert paper.status_code == 200 and "ნინო" in text_of(paper.data)


def test_an_agency_is_not_told_about_the_names_of_others(make: Make, client):
    training = make.training()
    make.registration(training, make.trainee(native_name="李伟"))
    client.sign_in(make.user(Role.PARTNER))

    page = client.get(f"/trainings/{training.public_id}")

    assert page.status_code == 200 and "Latin letters" not in page.text
