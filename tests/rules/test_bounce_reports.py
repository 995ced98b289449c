"""What a mail server reports, in the standard form and in those of the wild, and what is no report at all."""

from __future__ import annotations

import pytest

from tests.rules.reports_of_servers import CAME_BACK, ID, NO_REPORTS, NOTHING, STILL_TRYING, TO, filled
from training.errors import Invalid
from training.rules import bounce_reports
from training.rules.bounce_reports import Outcome


@pytest.mark.parametrize("name", CAME_BACK)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_letter_came_back_for_a_reason(name: str, ends: str):
    text, code = CAME_BACK[name]

    found = bounce_reports.read(filled(text.replace("\n", ends)))

    assert (found.outcome, found.code) == (Outcome.FAILED, code)
    assert TO in found.sent_to and ID in found.quoted
    assert "Dear Anna" not in found.said and "\n" not in found.said


@pytest.mark.parametrize("name", STILL_TRYING)
def test_a_server_that_still_tries_says_no_failure(name: str):
    found = bounce_reports.read(filled(STILL_TRYING[name]))

    assert found.outcome is Outcome.DELAYED


@pytest.mark.parametrize("name", NOTHING)
def test_a_letter_that_arrived_did_not_come_back(name: str):
    assert bounce_reports.read(filled(NOTHING[name])).outcome is Outcome.NOTHING


@pytest.mark.parametrize("name", NO_REPORTS)
def test_what_is_no_report_is_refused(name: str):
    with pytest.raises(Invalid, match="no report"):
        bounce_reports.read(filled(NO_REPORTS[name]))


def test_an_answer_with_a_code_would_be_taken_without_the_look_at_who_writes(monkeypatch):
    monkeypatch.setattr(bounce_reports, "DAEMON", bounce_reports.re.compile(""))

    assert bounce_reports.read(filled(NO_REPORTS["an answer"])).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 5000,
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"From: MAILER-DAEMON\nContent-Type: text/plain; charset=klingon\n\n550 5.1.1 no\n",
        b"From: =?utf-8?b?!!!?=\nContent-Type: text/plain; charset=\"\xff\"\nContent-Transfer-Encoding: base64\n\n\xff",
        b"Content-Type: message/delivery-status\n\nAction: \xff\xfe\nStatus: 99999.1.1\n",
        b"From: mailer-daemon\n\n" + b"550 5.1.1 " * 400_000,
        b"From: mailer-daemon\n\n" + b"5." * 900_000,
    ],
)  # fmt: skip
def test_hostile_content_is_read_or_refused_and_soon(content: bytes):
    try:
        found = bounce_reports.read(content)
    except Invalid:
        return
    assert len(found.said) <= 500 and len(found.code) <= 12


@pytest.mark.parametrize(
    ("code", "words", "is_permanent"),
    [("5.1.1", "mailbox unknown", True), ("4.2.2", "mailbox full", False), ("5.2.2", "mailbox full", True),
     ("5.1.10", "the address takes no mail", True), ("4.4.7", "the server was tried for days", False),
     ("5.7.26", "refused by a rule of the server", True), ("5.0.0", "the server gave no reason", True),
     ("", "the server gave no reason", True), ("5.9.9", "the server gave no reason", True)],
)  # fmt: skip
def test_a_code_is_said_in_words(code: str, words: str, is_permanent: bool):
    assert str(bounce_reports.words(code)) == words
    assert bounce_reports.is_permanent(code) is is_permanent
