"""The main job from end to end, as a coordinator, a partner, a trainer and a manager do it in a browser."""

from __future__ import annotations

import csv
import datetime as dt

import openpyxl
import pytest

from config import ROOT

pytestmark = pytest.mark.browser

ROSTER = ROOT / "tests" / "data" / "rosters" / "norland-en.xlsx"

NOON = dict(
    enumerate(
        ("Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Gambier", "Pacific/Pitcairn", "America/Phoenix",
         "America/Costa_Rica", "America/Bogota", "America/La_Paz", "America/Sao_Paulo", "America/Noronha",
         "Atlantic/Cape_Verde", "UTC", "Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai",
         "Asia/Tashkent", "Asia/Bishkek", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane",
         "Pacific/Guadalcanal", "Pacific/Tarawa"),
        start=-11,
    )
)  # fmt: skip
"""A place for each difference from UTC in hours. None of them changes its clocks."""


def test_a_training_is_scheduled_registered_held_and_reported(person, tmp_path):
    offset = (
        12 - dt.datetime.now(dt.UTC).hour
    )  # a zone in which it is about noon, so that a session can begin soon
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=offset)))
    today, soon = now.date(), now + dt.timedelta(minutes=30)
    page = person.signs_in("coordinator")
    base = person.server.url

    page.goto(f"{base}/trainings/new?programme=BORD")
    page.evaluate("for (const one of document.querySelectorAll('.fold')) one.open = true")
    page.fill("#code", "E2E-1")
    page.fill("#title", "Forged documents, advanced")
    page.select_option("#activity_type", index=1)
    page.fill("#hours", "")
    page.fill("#starts_on", today.isoformat())
    page.fill("#ends_on", (today + dt.timedelta(days=1)).isoformat())
    page.fill("#zone", NOON[offset])
    page.select_option("#country", "XV")
    page.fill("#capacity", "10")
    page.select_option("#admission", "first_come")
    page.fill("#registration_opens_local", f"{today - dt.timedelta(days=5)}T09:00")
    page.fill("#registration_closes_local", f"{today + dt.timedelta(days=1)}T17:00")
    page.wait_for_selector("[aria-busy=true], .htmx-request", state="detached")
    page.click("#plan button.btn-primary")
    page.wait_for_selector("#morning_starts")

    assert "Plan half-days" in page.locator("h1").inner_text()
    page.fill("#morning_starts", f"{soon:%H:%M}")
    page.fill("#morning_ends", f"{soon + dt.timedelta(hours=2):%H:%M}")
    page.fill("#afternoon_starts", "")
    page.fill("#afternoon_ends", "")
    page.fill("#break_minutes", "0")
    page.check("#weekends")
    page.click("text=Preview")
    page.click("text=Plan these 2 sessions")
    training = page.url
    page.click("main >> text=Open registration")
    page.click("main button:has-text('Open registration')")
    page.wait_for_url(training)

    page = person.signs_in("partner", 360)
    page.goto(training)
    page.click("main >> text=Register people >> nth=0")
    page.click("main >> text=From a spreadsheet")
    page.set_input_files("#file", str(ROSTER))
    page.click("text=Read the list")
    page.wait_for_selector("text=Remarks: ")
    page.click("text=Register these people: 18")
    page.wait_for_selector("text=The list is confirmed.")
    shown = dict(
        zip(
            page.locator(".stat span").all_inner_texts(),
            page.locator(".stat b").all_inner_texts(),
            strict=True,
        )
    )
    assert (shown["Registered"], shown["Confirmed"], shown["On the reserve list"]) == ("18", "10", "8")
    page.click("text=To the training")
    assert page.locator("text=uses 10 seats").count() == 1

    page = person.signs_in("coordinator")
    page.goto(training)
    page.click("main td.main a:has-text('Morning') >> nth=0")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("p")
    page.keyboard.press("l")
    page.keyboard.press("a")
    page.keyboard.press("z")
    page.click("#register button:has-text('Save')")
    page.wait_for_selector(".flash")
    assert "2 of 10 recorded" in page.locator("main").inner_text()
    page.locator("#register [data-row]").nth(4).locator("label[title='Left early']").click()
    page.click("text=Rest present")  # takes along what was not saved
    page.wait_for_selector("text=10 of 10 recorded")
    assert page.locator("#register input[value=left_early]:checked").count() == 1
    page.click("text=Close the register")
    page.wait_for_selector("[role=alert]")
    assert "The session has not ended yet." in page.locator("main").inner_text()

    page = person.signs_in("manager")
    page.goto(f"{base}/reports/attendance?training=E2E-1")
    assert page.locator(".stat b").first.inner_text() == "0", "its session begins in half an hour"
    assert "2 sessions are to come" in page.locator("main").inner_text()
    page.goto(f"{base}/reports/attendance")
    came = int(page.locator(".stat b").nth(1).inner_text().replace(",", ""))
    assert "ends_from=" in page.url and came > 0
    for ending in ("xlsx", "csv", "pdf"):
        with page.expect_download() as download:
            if ending == "csv":
                page.click("main summary:has-text('Data')")
                page.click("main a:has-text('Rows as CSV')")
            else:
                page.click(f"main summary:has-text('{ending.upper()}')")
                page.click("main a:has-text('With people') >> visible=true")
        download.value.save_as(tmp_path / f"report.{ending}")
    rows = list(csv.DictReader((tmp_path / "report.csv").open(encoding="utf-8-sig")))
    there = {(row["training_code"], row["trainee_id"]) for row in rows if int(row["attended_minutes"] or 0)}
    assert len(there) == came
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames[0] == "Summary"
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert [text for text in person.said if "422" not in text] == []  # Chromium logs a refused form
