"""What may be kept and what not: each refusal is a sentence, and none of these files hurts the process that asks."""

from __future__ import annotations

import zlib

import pytest

from tests.rosters import at_most
from tests.uploads import made
from training.errors import Invalid
from training.output import pdf as papers
from training.uploads import check, child

WHOLE = {
    "leaflet.pdf": made.pdf(),
    "LEAFLET.PDF": made.pdf(made.with_link),
    "picture.png": made.png(),
    "photo.jpg": made.jpeg(),
    "photo.jpeg": made.jpeg() + b"what a camera writes behind the end",
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_kept_as_they_came(name):
    found = check.check(WHOLE[name], name)

    assert found.content == WHOLE[name]
    assert found.size == len(WHOLE[name])
    assert found.name.lower() == name.lower().replace(".jpeg", ".jpg")


def test_our_own_papers_may_be_kept():
    words = dict.fromkeys(("code", "title", "contact_word", "organisation", "demo"), "Borders") | {
        "lang": "en", "colour": "#1d4ed8", "paragraphs": ["One", "Two"], "contact": ["Ann", "a@example.org"],
    }  # fmt: skip

    assert check.check(papers.render("papers/leaflet", words), "x.pdf").media_type == "application/pdf"


REFUSED = {
    "a script": (made.pdf(made.with_script), "script"),
    "a script in a packed object": (made.objects_packed(), "script"),
    "a form of scripts": (made.pdf(made.with_form_of_scripts), "script"),
    "a program to start": (made.pdf(made.with_launch), "launch"),
    "a file inside": (made.pdf(made.with_attachment), "attachments"),
    "a video": (made.pdf(made.with_video), "attachments"),
    "a password": (made.pdf(made.with_password), "encrypted"),
    "an owner's password": (made.pdf(made.with_owner_password), "encrypted"),
    "no page": (made.pdf(pages=0), "unreadable"),
    "half a file": (made.pdf()[:300], "unreadable"),
    "nothing but a beginning": (b"%PDF-1.7\n" + b"x" * 4000, "unreadable"),
    "a name that is written in numbers": (
        made.pdf(made.with_script).replace(b"/JavaScript", b"/J#61vaScript"),
        "script",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_pdf_that_does_something_or_is_no_whole_one_is_refused(what):
    content, why = REFUSED[what]

    with pytest.raises(Invalid) as refusal:
        check.check(content, "leaflet.pdf")
    assert refusal.value.message == check.REFUSALS[why]
    assert refusal.value.field == "file"


def test_a_script_that_no_table_names_is_seen_in_the_bytes():
    hidden = made.pdf() + b"\n99 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"

    with pytest.raises(Invalid, match="script"):
        check.check(hidden, "leaflet.pdf")


def test_without_the_look_at_packed_objects_the_script_would_be_kept(monkeypatch, tmp_path):
    """The control of the case above: nothing else in that file gives it away."""
    content = made.objects_packed()
    assert b"JavaScript" not in content
    monkeypatch.setattr(child, "judge", lambda one: None)

    child.look_at_pdf(content)
    monkeypatch.undo()
    with pytest.raises(child.Refused, match="script"):
        child.look_at_pdf(content)


PICTURES = {
    "half a picture": ("a.png", made.png()[:-20]),
    "something behind the end": ("a.png", made.png(rest=b"<script>")),
    "a changed byte": ("a.png", made.png()[:45] + b"\x01" + made.png()[46:]),
    "no frame and no scan": ("a.jpg", b"\xff\xd8\xff\xd9"),
    "no end": ("a.jpg", made.jpeg(end=b"")),
    "a part that is longer than the file": ("a.jpg", b"\xff\xd8\xff\xe0\xff\xff" + b"x" * 40),
    "no width": ("a.jpg", made.jpeg(width=0)),
}


@pytest.mark.parametrize("what", PICTURES)
def test_a_broken_picture_is_refused(what):
    name, content = PICTURES[what]

    with pytest.raises(Invalid) as refusal:
        check.check(content, name)
    assert refusal.value.message == (
        check.REFUSALS["unreadable"] if what != "no width" else refusal.value.message
    )


def test_the_name_and_the_first_bytes_must_agree():
    for name, content in {
        "a.pdf": made.png(),
        "a.png": made.pdf(),
        "a.jpg": b"<svg>",
        "a.exe": b"MZ",
        "a": b"x",
    }.items():
        with pytest.raises(Invalid):
            check.check(content, name)
    with pytest.raises(Invalid, match="PDF, JPEG, PNG"):
        check.check(b"<svg/>", "picture.svg")
    with pytest.raises(Invalid, match="one of these: PDF"):
        check.check(made.png(), "picture.png", (check.PDF,))
    with pytest.raises(Invalid, match="nothing in this file"):
        check.check(b"", "a.pdf")


def test_a_file_that_is_too_large_is_refused_before_anybody_reads_it():
    with pytest.raises(Invalid, match="larger than 20 MB"), at_most(3):
        check.check(b"%PDF-" + b"\0" * check.MOST_BYTES, "a.pdf")


def test_what_unpacks_to_more_than_it_may_is_refused():
    bomb = (
        made.png(60_000, 60_000)[:33]
        + made._part(b"IDAT", zlib.compress(b"\0" * 50_000_000))
        + made._part(b"IEND", b"")
    )

    with pytest.raises(Invalid) as refusal:
        check.check(bomb, "a.png")
    assert refusal.value.message == check.REFUSALS["too_large"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\files\\Plan: a|b?.PDF", "Plan_ a_b_.pdf"),
        ("leaflet\u202efdp.exe.pdf", "leaflet fdp.exe.pdf"),
        ("Буклет  о границах.pdf", "Буклет о границах.pdf"),
        ("...pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * check.LONGEST_NAME + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_a_system_cannot_take(sent, kept):
    assert check.check(made.pdf(), sent).name == kept
