"""Reports of mail servers about a letter that came back, and what they say in words.

Most reports are RFC 3464: a part ``message/delivery-status`` with an action and a status for each reader. Older
servers write a text alone: qmail (QSBMF), Exim (``X-Failed-Recipients``), and others whose daemon names a code. An
answer of a person or of their holiday notice is no report. Whatever is sent here is read as what a stranger sent.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message as Mail
from enum import StrEnum

from training.errors import Invalid
from training.rules.names import clean
from training.text import Message, msg

MOST_BYTES, MOST_PARTS, MOST_TEXT = 2_000_000, 40, 100_000
UNKNOWN = "5.0.0"
NO_REPORT = msg("This is no report of a letter that could not be delivered.")


class Outcome(StrEnum):
    """The letter failed, or its server is still trying, or there is nothing to say of it."""

    FAILED = "failed"
    DELAYED = "delayed"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Report:
    """What a server says of a letter.

    ``code`` is an RFC 3463 status, such as 5.1.1, and ``said`` is what the reader's server answered. ``sent_to`` are
    the addresses to which the report came, and ``quoted`` is what it quotes of the letter.
    """

    outcome: Outcome
    code: str
    said: str
    sent_to: str
    quoted: str


CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
REPLY = re.compile(r"(?<![\d.#:-])([45]\d\d)[ -](?=\S)")
REPLIES = {"421": "4.4.2", "450": "4.2.0", "451": "4.3.0", "452": "4.2.2", "550": "5.1.1", "551": "5.1.6",
           "552": "5.2.2", "553": "5.1.3", "554": "5.0.0"}  # fmt: skip
"""SMTP's reply codes, for servers that say no status beside them."""
PHRASES = (
    (re.compile(r"user unknown|unknown user|no such (?:user|mailbox|recipient)|does not exist|doesn't have a|"
                r"recipient not found|no mailbox here", re.I), "5.1.1"),
    (re.compile(r"couldn't find any host|host (?:or domain name )?not found|domain not found|unrouteable", re.I), "5.1.2"),
    (re.compile(r"over (?:the )?quota|quota exceeded|mailbox (?:is )?full|mailfolder is full", re.I), "5.2.2"),
    (re.compile(r"disabled|inactive|suspended", re.I), "5.2.1"),
)  # fmt: skip
"""What servers write that name no code."""
STILL_TRYING = re.compile(
    r"still trying|will (?:be retried|keep trying|retry|continue)|not yet been delivered|warning message only|"
    r"do not need to resend|delivery (?:is |has been )?delayed|message delayed",
    re.IGNORECASE,
)
COPY_BEGINS = re.compile(
    r"^(?:--- Below (?:this|the next) line|-+ ?(?:This is a copy of|Original message|The header of|Forwarded message)|"
    r"Original message follows)",
    re.IGNORECASE | re.MULTILINE,
)
DAEMON = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system|mdaemon", re.IGNORECASE)
QMAIL = re.compile(r"^Hi\. This is (?:the |deliver)", re.MULTILINE)
RETURNED = frozenset({"message/rfc822", "message/global"})
ADDRESS_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")

WORDS = {
    "1.1": msg("mailbox unknown"),
    "1.2": msg("domain unknown"),
    "1.3": msg("wrongly written address"),
    "1.6": msg("mailbox moved"),
    "1.10": msg("the address takes no mail"),
    "2.1": msg("mailbox closed"),
    "2.2": msg("mailbox full"),
    "2.3": msg("letter too long for this mailbox"),
    "3.4": msg("letter too long"),
    "4.1": msg("the server does not answer"),
    "4.3": msg("the domain cannot be looked up"),
    "4.4": msg("the domain cannot be looked up"),
    "4.6": msg("the letter went round in a circle"),
    "4.7": msg("the server was tried for days"),
    "7.1": msg("the server takes no letters from us"),
}
KINDS = {
    "1": msg("wrong address"),
    "2": msg("the mailbox takes no letter"),
    "3": msg("the mail system takes no letter"),
    "4": msg("the server cannot be reached"),
    "5": msg("the servers do not understand each other"),
    "6": msg("the server cannot read the letter"),
    "7": msg("refused by a rule of the server"),
}


def words(code: str) -> Message:
    """Why a letter came back, in words."""
    detail = code.partition(".")[2]
    return WORDS.get(detail) or KINDS.get(detail.partition(".")[0]) or msg("the server gave no reason")


def is_permanent(code: str) -> bool:
    """Whether a letter to this address will come back again. A status that begins with 4 may pass."""
    return not code.startswith("4")


def read(content: bytes, *, recipient: str = "") -> Report:
    """What the report says. ``recipient`` is the address to which it came, where the mail server told it.

    Raises ``Invalid`` if this is no report.
    """
    try:
        return _read(email.message_from_bytes(content[:MOST_BYTES], policy=policy.compat32), recipient)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError):
        raise Invalid(NO_REPORT) from None  # no mail server writes such a thing


def _read(report: Mail, recipient: str) -> Report:
    parts = _parts(report)
    text = "\n".join(_texts(parts))[:MOST_TEXT]
    own = COPY_BEGINS.split("\n".join(_texts(_parts(report, of_letter=False)))[:MOST_TEXT], maxsplit=1)[0]
    groups = [group for part in parts if _is_status(part) for group in _groups(part)]
    found = _of_groups(groups, own) if groups else _of_text(report, own)
    if found is None:
        raise Invalid(NO_REPORT)
    outcome, code, said = found
    sent_to = "\n".join([recipient, *(v for name in ADDRESS_HEADERS for v in _values(report, name))])
    quoted = "\n".join([*(v for part in parts for name in ("Message-ID", "In-Reply-To", "References")
                          for v in _values(part, name)), text])  # fmt: skip
    return Report(outcome, code, clean(said)[:500], sent_to, quoted)


def _parts(mail: Mail, *, of_letter: bool = True) -> list[Mail]:
    """The parts of the report, with those of the letter that it returns or without them."""
    found: list[Mail] = []
    waiting = [mail]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        inside = part.get_payload()
        if isinstance(inside, list) and (of_letter or part.get_content_type() not in RETURNED):
            waiting += [one for one in inside if isinstance(one, Mail)]
    return found


def _texts(parts: list[Mail]) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() in ("text/plain", "text/rfc822-headers"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content[:MOST_TEXT].decode("utf-8", "replace")


def _values(part: Mail, name: str) -> list[str]:
    return [str(value)[:2000] for value in part.get_all(name, [])]


def _is_status(part: Mail) -> bool:
    return part.get_content_type() in ("message/delivery-status", "message/global-delivery-status")


def _groups(part: Mail) -> Iterator[Mail]:
    """The fields of each reader. The first block of fields is about the report itself."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Mail):
            continue
        yield block
        rest = block.get_payload()
        if isinstance(rest, str):
            for said in re.split(r"\r?\n\s*\r?\n", rest[:MOST_TEXT])[:MOST_PARTS]:
                yield email.message_from_string(said.strip(), policy=policy.compat32)


def _of_groups(groups: list[Mail], text: str) -> tuple[Outcome, str, str] | None:
    """The worst of what is said of the readers, or None if nothing is."""
    worst: tuple[Outcome, str, str] | None = None
    for group in groups:
        action = str(group.get("Action", "")).strip().lower().partition(" ")[0]
        status, said = str(group.get("Status", "")), str(group.get("Diagnostic-Code", ""))
        if not action and not status:
            continue
        said = said.partition(";")[2] or said
        code = _code(status, said, text if action == "failed" else "")
        if action == "failed" or not action and code[:1] in "45":
            return Outcome.FAILED, code or UNKNOWN, said
        if action == "delayed":
            worst = Outcome.DELAYED, code, said
        else:
            worst = worst or (Outcome.NOTHING, code, said)
    return worst


def _code(status: str, said: str, text: str) -> str:
    """The most telling status: a server may say 5.0.0 and name the reason in its answer or in the text."""
    found = [match[0] for one in (status, said) for match in [CODE.search(one)] if match]
    telling = next((one for one in found if not one.endswith(".0.0")), "")
    return telling or _code_of_text(said) or _code_of_text(text) or next(iter(found), "")


def _code_of_text(text: str) -> str:
    if found := CODE.search(text):
        return found[1]
    by_phrase = next((code for phrase, code in PHRASES if phrase.search(text)), "")
    if by_phrase:
        return by_phrase
    reply = REPLY.search(text)
    return REPLIES.get(reply[1], f"{reply[1][0]}.0.0") if reply else ""


def _of_text(report: Mail, text: str) -> tuple[Outcome, str, str] | None:
    """What a report without fields says, or None if it is no report."""
    by_exim = bool(report.get("X-Failed-Recipients"))
    by_daemon = any(DAEMON.search(value) for value in _values(report, "From"))
    of_another_kind = report.get_content_type() == "multipart/report" and not by_daemon
    code = _code_of_text(text)
    if of_another_kind or not (by_exim or QMAIL.search(text) or by_daemon and code):
        return None
    line = next((line for line in text.splitlines() if code and _code_of_text(line) == code), "")
    outcome = Outcome.DELAYED if STILL_TRYING.search(text) else Outcome.FAILED
    return outcome, code or UNKNOWN, line
