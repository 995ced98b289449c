"""Names on paper: in their own script where a font holds it, in Latin letters where none does, and never over one another."""

from __future__ import annotations

import shutil
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.make import Make
from tests.papers import boxes_on, fonts_of, pieces_of, text_of, usual_fonts
from training import clock
from training.output import fonts, pdf
from training.services.papers import confirmations, sign_in_sheets
from training.services.reports import downloads
from training.services.reports.selection import Filters
from training.services.schedule import visible

NATIVE = {
    "Armenian": "Արման Պետրոսյան",
    "Bengali": "অনিকা রহমান",
    "Ethiopic": "አለም ታደሰ",
    "Georgian": "ნინო ბერიძე",
    "Hebrew": "יעל כהן",
    "Khmer": "សុខ សុភា",
    "Lao": "ສຸກ ສະຫວັນ",
    "Myanmar": "အောင်ဆန်း",
    "Sinhala": "නදීෂා",
    "Tamil": "தமிழ் செல்வன்",
    "Thai": "ชัย สุวรรณ",
}
LONG = {
    "family_name": "Al-Abdulrahman bin Khalifa Al-Mansouri Al-Hashimi",
    "given_names": "Abdulrahman Mohammed Abdulaziz Saleh Ibrahim",
    "native_name": "عبدالرحمن محمد عبدالعزيز صالح إبراهيم المنصوري الهاشمي",
}
UNBROKEN = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft"


@pytest.fixture(autouse=True)
def without_the_optional_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fonts, "FOLDER", usual_fonts(tmp_path))


def sheet(training, make: Make) -> bytes:
    return sign_in_sheets.sign_in_sheet(training, visible.of(training), reader=make.user(), demo=False)


def in_latin(training) -> fonts.InLatin:
    return sign_in_sheets.names_in_latin(training, visible.of(training))


@pytest.mark.parametrize("script", NATIVE)
def test_a_native_name_is_printed_in_its_own_script(script: str, make: Make):
    training = make.training()
    make.registration(training, make.trainee(family_name=NATIVE[script], native_name=NATIVE[script]))

    made = sheet(training, make)

    assert boxes_on(made) == 0
    assert f"NotoSans{script}" in fonts_of(made)
    assert in_latin(training).count == 0


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Ánh", "Щёголева", "Әбілқайыр", "محمد عبد الرحمن", "अनिका", "Şükrü İğde"]
)
def test_what_was_printed_before_is_printed_as_before(name: str, make: Make):
    training = make.training()
    make.registration(training, make.trainee(family_name=name, native_name=name))

    made = sheet(training, make)

    assert boxes_on(made) == 0
    assert fonts_of(made) <= {"NotoSans", "NotoNaskhArabic"}
    assert in_latin(training).count == 0


def test_a_paper_loads_the_fonts_of_its_own_text_only(make: Make, monkeypatch: pytest.MonkeyPatch):
    training, loaded, load = make.training(), [], pdf._loaded
    make.registration(training, make.trainee(family_name="Okafor", native_name=NATIVE["Thai"]))
    monkeypatch.setattr(pdf, "_loaded", lambda folders: loaded.append(folders) or load(folders))

    sheet(training, make)

    assert [[Path(one).name for one in folders] for folders in loaded] == [["noto-sans", "noto-sans-thai"]]


@pytest.mark.parametrize(
    ("native", "latin", "script"),
    [("李伟", "LiWei", "Chinese"), ("やまだ", "yamada", "Japanese"), ("김철수", "GimCheolSu", "Korean"), ("བསྟན", "bstn", "Tibetan")],
)  # fmt: skip
def test_a_name_that_no_font_holds_is_printed_in_latin_letters_and_the_page_can_say_so(
    native: str, latin: str, script: str, make: Make, monkeypatch: pytest.MonkeyPatch
):
    training = make.training()
    only_native = make.registration(training, make.trainee(family_name=native, native_name=native))
    make.registration(training, make.trainee(family_name="Okafor", native_name=native))

    made = sheet(training, make)

    assert boxes_on(made) == 0
    assert text_of(made).count(latin) == 1  # beside Okafor stands nothing, because Okafor is in Latin letters
    assert native not in text_of(made) and "Okafor" in text_of(made)
    assert (in_latin(training).count, [str(one) for one in in_latin(training).scripts]) == (2, [script])
    assert confirmations.name_in_latin(only_native).count == 1

    monkeypatch.setattr(fonts.Text, "printable", lambda _self, text: text)
    assert boxes_on(sheet(training, make))


def test_a_confirmation_without_a_font_for_the_name_has_no_boxes(make: Make, monkeypatch: pytest.MonkeyPatch):
    one = make.registration(
        make.training(title="北京 course"), make.trainee(family_name="李", given_names="伟")
    )

    made = confirmations.confirmation(one, reader=make.user(), demo=False)

    assert boxes_on(made) == 0
    assert "Li, Wei" in text_of(made) and "BeiJing course" in text_of(made)


def lines(made: bytes) -> list[tuple[int, float, str]]:
    """The page and the height of each line of names, from the first to the last person."""
    left, right = 60, 200
    return [(one.page, one.y, one.text) for one in pieces_of(made) if left < one.x < right]


def apart(made: bytes, *persons: str) -> bool:
    """Whether every line of the person with the long name is above all lines of the next, with room for a line."""
    found = [(page, y, text) for page, y, text in lines(made)]
    begins = [next(n for n, (_, _, text) in enumerate(found) if text.startswith(one)) for one in persons]
    first, second = found[begins[0] : begins[1]], found[begins[1] :]
    return min(y for _, y, _ in first) - max(y for page, y, _ in second if page == first[0][0]) > 8


def test_a_row_grows_with_its_name_so_that_nothing_is_printed_over_the_next_one(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    training, agency = make.training(capacity=5), make.agency()
    make.registration(training, make.trainee(agency, **LONG))
    make.registration(training, make.trainee(agency, family_name="Okafor", given_names="Ann"))

    assert apart(sheet(training, make), "Al-Abdul", "Okafor")

    shutil.copytree(pdf.TEMPLATES / "papers", tmp_path / "papers")
    paper = tmp_path / "papers" / "sign_in_sheet.typ"
    assert (cell := "    stack(spacing: 1.2mm, text(weight: 600") in paper.read_text()
    paper.write_text(
        paper.read_text().replace(cell, f"    ((..it) => box(height: 7.5mm, stack(..it)))({cell[10:]}")
    )
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    assert not apart(sheet(training, make), "Al-Abdul", "Okafor")


def test_a_row_stands_on_one_page_as_a_whole(make: Make):
    training, agency = make.training(capacity=20), make.agency()
    for number in range(14):
        make.registration(
            training, make.trainee(agency, **{**LONG, "family_name": f"{LONG['family_name']} {number:02}"})
        )

    pages: dict[int, list[str]] = {}
    for page, _, text in lines(sheet(training, make)):
        pages.setdefault(page, []).append(text)

    assert len(pages) > 1
    for found in pages.values():
        names = " ".join(found)
        assert names.count("Al-Abdul") == names.count("Ibrahim")
        assert names.index("Al-Abdul") < names.index("Ibrahim")


def test_a_word_that_is_wider_than_its_cell_breaks(make: Make):
    training = make.training(capacity=5)
    make.registration(training, make.trainee(make.agency(name=UNBROKEN), family_name=UNBROKEN))

    found = pieces_of(sheet(training, make))

    name = [one.text for one in found if 60 < one.x < 70]
    assert UNBROKEN in "".join(name)
    assert max(len(text) for text in name) * 4 < 142  # 50 mm, at 4 points a letter and more


def test_the_names_of_many_trainers_make_their_cell_grow(make: Make):
    training = make.training()
    for hour in range(13, 20):  # with the one in the morning as many columns as a page has
        trainers = [make.trainer(family_name=f"Lindqvist-Hammarskjold {number}") for number in range(12)]
        on = datetime.combine(training.starts_on, time(hour))
        make.session(training, starts_local=on, ends_local=on.replace(minute=45), trainers=trainers)

    found = pieces_of(sheet(training, make))

    last_row = next(one for one in found if one.text == "5")
    named = [one for one in found if "Lindqvist" in one.text]
    assert len(named) == 12 * 7
    assert all(one.page > last_row.page or one.y < last_row.y - 20 for one in named)
    assert all(one.y > 45 for one in named)  # above the foot of the page


def widest(made: bytes) -> int:
    """The letters of the longest piece of the word that is wider than its cell."""
    return max(len(one.text) for one in pieces_of(made) if one.text and one.text in UNBROKEN * 2)


def test_a_confirmation_and_a_report_keep_long_words_and_unknown_letters_in_their_cells(make: Make):
    training = make.training()
    one = make.registration(
        training, make.trainee(make.agency(name=UNBROKEN * 2), family_name=f"李 {UNBROKEN}")
    )
    day = clock.now() + timedelta(days=40)

    confirmation = confirmations.confirmation(one, reader=make.user(), demo=False)
    with time_machine.travel(day, tick=False):
        report = downloads.paper(
            Filters(training=training), user=make.user(), demo=False, language="en", with_names=True
        )

    for made in (confirmation, report):
        assert boxes_on(made) == 0
        assert "Li " in text_of(made)
    assert widest(confirmation) <= 67 and widest(report) <= 67  # half of the agency's name of 134 letters
