"""The report by command: what is not understood is refused with words and status 1, and no file is written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, planned
from training.services.programmes import themes

REFUSED = [
    "--theme NOPE", "--programme NOPE", "--training NOPE", "--agency NOPE", "--country ZZ", "--sex q", "--state gone",
    "--from 2026-13-01", "--to yesterday", "--activities some", "--from 2026-09-30 --to 2026-07-01", "--only",
    "--theme=", "--programme=", "--training=", "--agency=", "--country=", "--sex=", "--state=", "--from=", "--to=",
    "--activities=", "--shape=", "--shape odd", "--theme BMV --theme THB", "--country AT --country FR", "--sex f --sex m",
]  # fmt: skip


@pytest.fixture
def case(make: Make) -> Case:
    return carried_out(planned(make, 3), "PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA")


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["attendance", "export", *arguments])


def test_what_is_not_understood_is_refused_with_words(app, make: Make, tmp_path: Path):
    out = tmp_path / "report.csv"

    for said in REFUSED:
        done = run(app, "--format", "csv", "--out", str(out), *said.split())

        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), said
        assert len(done.stderr) > 10 and "Traceback" not in done.stderr
        assert not out.exists(), said


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_a_shape_that_a_file_does_not_have_is_refused(kind: str, app, tmp_path: Path):
    out = tmp_path / f"report.{kind}"

    done = run(app, "--format", kind, "--shape", "rows", "--out", str(out))

    assert (done.exit_code, out.exists()) == (1, False)
    assert f"There is no {kind} file of the shape rows." in done.stderr


def test_each_option_narrows_as_the_page_does(app, case: Case, make: Make, tmp_path: Path):
    out = tmp_path / "report.csv"
    training = case.training
    one = case.registrations[0]
    assert one is not None
    day = training.ends_on.isoformat()
    for said, rows in (
        ("", 24), (f"--from {day} --to {day}", 24), ("--to 2000-01-01", 0), ("--theme BMV", 24), ("--theme THB", 0),
        ("--theme BMV --only --whole", 24), (f"--programme {training.programme.code}", 24), (f"--training {training.code}", 24),
        (f"--agency {one.agency.code}", 6), ("--country at", 24), ("--sex f", 24), ("--sex m", 0), ("--state withdrawn", 24),
    ):  # fmt: skip
        done = run(app, "--format", "csv", "--out", str(out), *said.split())
        assert done.exit_code == 0, done.stderr
        with out.open(encoding="utf-8-sig") as file:
            assert len(list(csv.DictReader(file))) == rows, said


def test_activities_that_are_no_training_count_by_command_when_all_is_said(app, make: Make, tmp_path: Path):
    """E2"""
    mission = next(one for one in themes.activity_types() if not one.counts_as_training)
    carried_out(planned(make, 3, activity_type=mission), "PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA")
    out = tmp_path / "report.json"
    told = []
    for more in ([], ["--activities", "all"]):
        assert run(app, "--format", "json", "--out", str(out), *more).exit_code == 0
        told.append(json.loads(out.read_text()))

    assert [(one["figures"]["confirmed"], one["figures"]["attended"] if "attended" in one["figures"] else
             one["figures"]["person_hours"]) for one in told] == [(0, 0.0), (4, 47.0)]  # fmt: skip
    assert told[1]["header"]["filters"] == {"activities": "all"}
    assert told[1]["header"]["words"]["activities"] == "everything, expert missions too"
