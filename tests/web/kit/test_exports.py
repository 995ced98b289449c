"""Every list can be taken along as a file: the same rows, filters and order as shown, and who took it is kept."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from tests.make import Make
from training.db import db
from training.models import AuditEntry, AuditOutcome, Role
from training.web.kit.exports import COLUMNS


def table(response) -> list[list[str]]:
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_list_leaves_as_csv_and_xlsx_with_the_same_rows(name, client, make: Make):
    programme, venue = make.programme(), make.venue()
    training = make.training(programme=programme, venue=venue)
    make.registration(training)
    make.session(
        training, training.starts_on + timedelta(days=2), trainers=[make.trainer(themes=[make.theme()])]
    )
    client.sign_in(make.user())

    rows = table(client.get(f"/{name}?as=csv"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/{name}?as=xlsx").data))
    sheet = book.get_sheet_by_index(0).to_python()

    assert len(rows) >= 2
    assert [str(cell) for cell in sheet[0]] == rows[0]
    coded = {number for number, column in enumerate(COLUMNS[name]) if len(column) > 2}
    assert [plain(row, coded) for row in sheet] == [plain(row, coded) for row in rows]


def plain(row: list[object], coded: set[int]) -> list[str]:
    """The cells that say the same in both files: not those that are a code in one and words in the other."""
    return [str(cell) for number, cell in enumerate(row) if number not in coded]


def test_a_workbook_says_in_words_what_a_csv_says_in_codes(client, make: Make):
    venue = make.venue(country="XL", zone="Africa/Dakar")
    make.session(training := make.training(venue=venue), training.starts_on + timedelta(days=2))
    make.trainee(make.agency(country="XV"), country="XV")
    client.sign_in(make.user())

    def both(name: str) -> tuple[str, str]:
        book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/{name}?as=xlsx").data))
        return client.get(f"/{name}?as=csv").text, str(book.get_sheet_by_index(0).to_python())

    for name, code, said in (
        ("venues", "Africa/Dakar", "Dakar time"),
        ("venues", "XL", "Lusenia"),
        ("trainings", "XL", "Lusenia"),
        ("sessions", "Europe/Vienna", "Vienna time"),
        ("trainees", "not_recorded", "not recorded"),
        ("agencies", "XV", "Velmar"),
    ):
        of_csv, of_book = both(name)
        assert code in of_csv and said not in of_csv, name
        assert said in of_book and f"'{code}'" not in of_book, name


def test_the_file_holds_what_the_filter_shows_and_says_so_in_the_audit_log(client, make: Make):
    make.trainee(family_name="Árvíztűrő", given_names="=SUM(A1)")
    make.trainee(family_name="Other")
    client.sign_in(make.user())

    rows = table(client.get("/trainees?as=csv&text=arvizturo"))

    assert [row[:2] for row in rows[1:]] == [["Árvíztűrő", "'=SUM(A1)"]]
    entry = db.session.scalar(db.select(AuditEntry).where(AuditEntry.outcome == AuditOutcome.EXPORTED))
    assert (entry.action, entry.changes) == ("trainees.csv", {"filters": {"text": "arvizturo"}, "rows": 1})


def test_a_partner_takes_along_its_own_agencys_people_only(client, make: Make):
    user = make.user(Role.PARTNER)
    training = make.training()
    own, foreign = (make.registration(training, make.trainee(a)) for a in (user.agency, make.agency()))
    client.sign_in(user)

    for name in ("trainees", "registrations"):
        text = client.get(f"/{name}?as=csv").get_data(as_text=True)
        assert own.trainee.family_name in text
        assert foreign.trainee.family_name not in text
    for name in ("agencies", "users", "programmes", "venues", "trainers"):
        assert client.get(f"/{name}?as=csv").status_code in (403, 404)
