"""Invented reports in the forms of known mail servers. ``{to}`` is where a report goes, ``{id}`` what it quotes."""

from __future__ import annotations

TO, ID = "bounces+x@centre.example", "<1@centre.example>"


def report(
    fields: str,
    *,
    text: str = "It could not be delivered.",
    kind: str = "message/delivery-status",
    head: str = "",
) -> str:
    """A report as RFC 3464 wants it, with the letter's head."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {{to}}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
{head}Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

This is a MIME-encapsulated message.

--b1
Content-Type: text/plain; charset=us-ascii

{text}

--b1
Content-Type: {kind}

Reporting-MTA: dns; mx.example
Arrival-Date: Sat, 28 Nov 2026 09:00:00 +0000

{fields}
--b1
Content-Type: message/rfc822

From: training@centre.example
To: anna@a.example
Subject: Your registration
Message-ID: {{id}}

Dear Anna, call 550 5.7.1 for help.
--b1--
"""


def alone(
    text: str, *, sender: str = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", head: str = ""
) -> str:
    """A report that is a text alone."""
    return f"""\
Return-Path: <>
From: {sender}
To: {{to}}
Subject: failure notice
{head}
{text}
"""


COPY = "From: training@centre.example\nTo: anna@a.example\nMessage-ID: {id}\n\nDear Anna, 550 5.7.1.\n"
FAILED = "Final-Recipient: rfc822; anna@a.example\nAction: failed\n"

CAME_BACK: dict[str, tuple[str, str]] = {
    "postfix": (
        report(
            f"{FAILED}Original-Recipient: rfc822;anna@a.example\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <anna@a.example>: Recipient address\n    rejected: User unknown\n"
        ),
        "5.1.1",
    ),
    "status 5.0.0, reason in the answer": (
        report(f"{FAILED}Status: 5.0.0\nDiagnostic-Code: smtp; 552-5.2.2 The mailbox is over its quota\n"),
        "5.2.2",
    ),
    "status 5.0.0, answer without a status": (
        report(f"{FAILED}Status: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown\n"), "5.1.1",
    ),
    "no status, reason in the text": (report(FAILED, text="Host not found: no mail for a.example"), "5.1.2"),
    "exchange": (
        report(f"{FAILED}Status: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\n"), "5.1.10",
    ),
    "expired after days": (report(f"{FAILED}Status: 4.4.7\nDiagnostic-Code: smtp;500 expired\n"), "4.4.7"),
    "no action": (report("Final-Recipient: rfc822;anna@a.example\nStatus: 5.2.1 (off)\n"), "5.2.1"),
    "international fields": (
        report(f"{FAILED}Status: 5.1.1\n", kind="message/global-delivery-status; charset=utf-8"), "5.1.1",
    ),
    "two readers, one failed": (
        report("Final-Recipient: rfc822;b@a.example\nAction: relayed\nStatus: 2.0.0\n\n" + FAILED + "Status: 5.1.1\n"),
        "5.1.1",
    ),
    "qmail": (
        alone(
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the"
            " following addresses.\nThis is a permanent error; I've given up.\n\n<anna@a.example>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + COPY
        ),
        "5.1.1",
    ),
    "qmail, no host": (
        alone(
            "Hi. This is the qmail-send program at mx.example.\n\n<anna@a.example>:\nSorry, I couldn't find any host "
            "named a.example. I'm not going to try again.\n\n--- Below this line is a copy of the message.\n\n" + COPY,
            sender="postman@mx.example",
        ),
        "5.1.2",
    ),
    "exim": (
        alone(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
            "delivered.\n\n  anna@a.example\n    SMTP error after RCPT TO:<anna@a.example>:\n"
            "    host mx.a.example [192.0.2.1]: 550 Unrouteable address\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\n" + COPY,
            head="X-Failed-Recipients: anna@a.example\nAuto-Submitted: auto-replied\n",
        ),
        "5.1.2",
    ),
    "sendmail of old": (
        alone(
            "   ----- The following addresses had permanent fatal errors -----\n<anna@a.example>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.a.example.:\n"
            ">>> RCPT To:<anna@a.example>\n<<< 550 5.2.1 mailbox disabled\n\n   ----- Original message follows -----\n\n"
            + COPY
        ),
        "5.2.1",
    ),
    "a daemon with a reply code alone": (
        alone("Sorry.\n\n<anna@a.example>:\n554 delivery error: too bad\n\n---------- Forwarded message ----------\n" + COPY),
        "5.0.0",
    ),
}  # fmt: skip

STILL_TRYING: dict[str, str] = {
    "postfix": report(
        "Final-Recipient: rfc822; anna@a.example\nAction: delayed\nStatus: 4.4.1\n"
        "Diagnostic-Code: X-Postfix; connect to mx.a.example: timed out\nWill-Retry-Until: Thu, 3 Dec 2026 09:00:00 +0000\n"
    ),
    "exim": alone(
        "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n"
        "  anna@a.example\n    Delay reason: 451 4.3.0 try later\nNo action is required on your part.\n",
        head="X-Failed-Recipients: anna@a.example\n",
    ),
    "sendmail": alone("** THIS IS A WARNING MESSAGE ONLY **\n** YOU DO NOT NEED TO RESEND YOUR MESSAGE **\n451 4.4.1 timeout"),
}  # fmt: skip

NOTHING: dict[str, str] = {
    "delivered": report("Final-Recipient: rfc822;anna@a.example\nAction: delivered\nStatus: 2.0.0\n"),
    "handed on": report("Final-Recipient: rfc822;anna@a.example\nAction: relayed\nStatus: 2.0.0\n"),
}

NO_REPORTS: dict[str, str] = {
    "holiday notice": alone(
        "I am away until Monday. In urgent cases call 550 1234, room 5.1.1.\n",
        sender="anna@a.example", head="Auto-Submitted: auto-replied\nIn-Reply-To: {id}\n",
    ),
    "an answer": alone("Thank you, I shall come.\n> 550 5.1.1\n", sender="anna@a.example", head="References: {id}\n"),
    "an answer of a postmaster": alone("Please stop writing to us.\n", sender="postmaster@a.example"),
    "read receipt": """\
From: anna@a.example
To: {to}
Content-Type: multipart/report; report-type=disposition-notification; boundary=b1

--b1
Content-Type: message/disposition-notification

Final-Recipient: rfc822;anna@a.example
Original-Message-ID: {id}
Disposition: manual-action/MDN-sent-manually; displayed
--b1--
""",
    "complaint": """\
From: abuse@a.example
To: {to}
Content-Type: multipart/report; report-type=feedback-report; boundary=b1

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
--b1--
""",
    "empty": "",
    "no mail": "\x00\x01\x02" * 50,
    "status without fields": report("\n"),
}  # fmt: skip


def filled(text: str, to: str = TO, id: str = ID) -> bytes:
    """The report with its address and what it quotes."""
    return text.replace("{to}", to).replace("{id}", id).encode()
