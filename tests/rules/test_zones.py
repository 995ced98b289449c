"""Zones: what somebody may write for one, in which name it is stored, and whose rules of clocks are followed."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from config import ROOT
from training.errors import Invalid
from training.rules import walltime, zones
from training.rules.countries import COUNTRIES

AUTUMN = "datetime(2026, 11, 1, 12, tzinfo=ZoneInfo('Africa/Casablanca')).utcoffset()"
CASABLANCA = f"from datetime import datetime; from zoneinfo import ZoneInfo; print({AUTUMN})"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Kyiv", "Europe/Kyiv"),
        ("  kyiv ", "Europe/Kyiv"),
        ("europe/kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("KIEV", "Europe/Kyiv"),
        ("Киев", "Europe/Kyiv"),
        ("Kyiv, Ukraine", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("saigon", "Asia/Ho_Chi_Minh"),
        ("ho chi minh", "Asia/Ho_Chi_Minh"),
        ("Sao Tome", "Africa/Sao_Tome"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("US/Eastern", "America/New_York"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("utc", "UTC"),
        ("Etc/UTC", "UTC"),
        ("GMT", "UTC"),
    ],
)
def test_a_city_or_an_old_name_is_stored_as_todays_name(typed, stored):
    assert walltime.check_zone(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["GMT+2", "Etc/GMT-2", "UTC+02:00", "localtime", "Factory", "posixrules", "posix/Europe/Kyiv", "EST", "CET",
     "North", "Atlantis", "Europe", "", "../../etc/passwd"],
)  # fmt: skip
def test_what_is_no_place_is_refused_in_a_sentence(typed):
    with pytest.raises(Invalid) as refused:
        walltime.check_zone(typed)

    assert str(refused.value) == "This is not a time zone: write a city, such as Kyiv."
    assert refused.value.field == "zone"


def test_every_zone_of_the_package_is_a_place_an_old_name_or_follows_no_place():
    left = available_timezones() - set(zones.places()) - set(zones.old_names()) - {"UTC"}

    assert {name for name in left if not name.startswith("Etc/GMT")} == {"Factory"}
    assert len(zones.places()) > 400 and len(zones.old_names()) > 140


def test_every_zone_that_is_stored_has_rules_and_a_country_of_demo_data_has_one():
    assert all(ZoneInfo(name) for name in (*zones.places(), "UTC"))
    assert set(zones.old_names().values()) <= {*zones.places(), "UTC"}
    assert {zone for _, _, zone, _ in COUNTRIES.values()} <= set(zones.places())


def test_every_zone_is_found_by_its_city_in_each_language():
    for language in ("en", "fr", "ru"):
        found = {zone: zones.meant(zones.city(zone, language)) for zone in zones.places()}

        assert {zone: got for zone, got in found.items() if got not in (zone, None)} == {}
        assert len([zone for zone, got in found.items() if got is None]) < 6, "only cities of two zones"


def test_those_who_search_by_an_old_name_find_it():
    assert "Kiev" in zones.formerly("Europe/Kyiv") and "Kyiv" not in zones.formerly("Europe/Kyiv")
    assert zones.city("Europe/Kyiv", "ru") == "Киев"
    assert "Europe/Kyiv" in zones.of_country("UA") and zones.of_country("XV") == ["Europe/Kyiv"]
    assert zones.of_country("") == []


# Whose rules are followed


def run(code: str, host: Path) -> str:
    """What a fresh process prints whose host has its zones' files in ``host``."""
    env = {**os.environ, "PYTHONTZPATH": str(host)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def lying_host(tmp_path: Path) -> Path:
    """A host whose file of Casablanca holds the rules of Tokyo."""
    (tmp_path / "Africa").mkdir()
    lie = (files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes()
    (tmp_path / "Africa" / "Casablanca").write_bytes(lie)
    return tmp_path


@pytest.mark.parametrize(
    "module", ["training.clock", "training.rules.walltime", "training.cli", "training.app"]
)
def test_the_pinned_rules_win_over_the_hosts_in_every_process(module, lying_host):
    assert run(f"import {module}; {CASABLANCA}", lying_host) == "0:00:00"


def test_a_zone_that_was_made_before_does_not_keep_the_hosts_rules(lying_host):
    early = f"{CASABLANCA}; import training; print({AUTUMN})"

    assert run(early, lying_host).splitlines() == ["9:00:00", "0:00:00"]


def test_without_us_the_host_would_lie(lying_host):
    assert run(CASABLANCA, lying_host) == "9:00:00"


def test_the_version_in_use_is_that_of_the_pinned_package():
    pinned = next(
        line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("tzdata==")
    )
    year, _, number = pinned.partition("==")[2].split()[0].partition(".")

    assert f"{year}{'abcdefghijklmnopqrstuvwxyz'[int(number) - 1]}" == zones.VERSION
