"""The report of attendance on its page and as files: empty and full, within the own themes, and who takes it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.isolation.crawler import readable
from tests.make import Make
from training.db import db
from training.models import AttendanceStatus, AuditEntry, Role
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.schedule import visible

ALL = "?ends_from=2000-01-01"


@pytest.fixture
def held(make: Make):
    """A training of one session to which one of two people came; the day after it."""
    training = make.training(title="Reading of documents")
    for name in ("Okafor", "Lindqvist"):
        make.registration(training, make.trainee(family_name=name))
    (session,) = visible.of(training)
    with time_machine.travel(
        datetime.combine(training.ends_on + timedelta(days=1), time(9), UTC), tick=False
    ):
        present, absent = registers.register(session)
        marks = [
            Mark(present.registration.public_id, AttendanceStatus.PRESENT, present.version),
            Mark(absent.registration.public_id, AttendanceStatus.ABSENT, absent.version),
        ]
        registers.save(session, by=make.user(), marks=marks)
        yield training


def test_a_report_of_nothing_says_so(client, make: Make):
    client.sign_in(make.user(Role.MANAGER))

    response = client.get(f"/reports/attendance{ALL}")

    assert response.status_code == 200
    assert "Okafor" not in response.text


def test_the_page_lists_those_who_are_counted(held, client, make: Make):
    client.sign_in(make.user(Role.MANAGER))

    page = client.get(f"/reports/attendance{ALL}").text

    assert "Okafor" in page and "Lindqvist" in page


@pytest.mark.parametrize("ending", ["csv", "xlsx", "pdf", "json"])
def test_who_takes_it_along_and_how_many_rows_is_kept(ending: str, held, client, make: Make):
    user = make.user(Role.MANAGER)
    client.sign_in(user)

    response = client.get(f"/reports/attendance.{ending}{ALL}")

    assert response.status_code == 200 and len(response.data) > 100
    (entry,) = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == f"report.attendance.{ending}")
    )
    assert (entry.user_id, entry.changes["rows"]) == (user.id, 2)


@pytest.mark.parametrize("ending", ["xlsx", "pdf"])
def test_names_stand_in_a_paper_on_request_only_and_the_log_says_so(ending: str, held, client, make: Make):
    client.sign_in(make.user(Role.MANAGER))

    without, with_names = (
        readable(client.get(f"/reports/attendance.{ending}{ALL}{more}")) for more in ("", "&names=yes")
    )

    assert "Okafor" not in without and "Okafor" in with_names
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == f"report.attendance.{ending}").order_by(AuditEntry.id)
    )
    assert [entry.changes["filters"].get("names") for entry in entries] == [None, "yes"]


def test_a_coordinator_of_another_theme_reads_nobody(held, client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("ASY")]))

    assert "Okafor" not in client.get(f"/reports/attendance{ALL}").text
    assert b"Okafor" not in client.get(f"/reports/attendance.csv{ALL}").data


@pytest.mark.parametrize("role", [Role.PARTNER, Role.TRAINER])
def test_neither_partners_nor_trainers_have_reports(role: Role, held, client, make: Make):
    client.sign_in(make.user(role))

    assert client.get("/reports/attendance").status_code == 403
    assert client.get("/reports/attendance.csv").status_code == 403
    assert (
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == "report.attendance.csv")).all() == []
    )


def test_a_filter_that_is_none_is_refused_and_breaks_nothing(held, client, make: Make):
    client.sign_in(make.user())

    response = client.get("/reports/attendance?ends_from=nonsense&training=nobody")

    assert response.status_code == 422
