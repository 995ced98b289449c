"""How a letter leaves: by SMTP, or into a file if no server is set. What a failure means for the next try.

Its envelope sender, to which reports about it go, stands in its ``Return-Path``.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config import Config
from training.text import Message, msg

Deliver = Callable[[EmailMessage], None]


class Failure(StrEnum):
    """What failed: the message for good, the message for now, or the server."""

    FOR_GOOD = "for_good"
    FOR_NOW = "for_now"
    OF_SERVER = "of_server"


def said(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"[:500]


ADVICE = {
    "gaierror": msg("The mail server's name is not known. Look at the host in TRAINING_SMTP_URL."),
    "ConnectionRefusedError": msg("Nothing answers there. Look at host and port in TRAINING_SMTP_URL."),
    "TimeoutError": msg("The mail server does not answer. Look at host and port, and at the firewall."),
    "SMTPAuthenticationError": msg("The mail server refuses the user or the password in TRAINING_SMTP_URL."),
    "SMTPNotSupportedError": msg("The mail server does not offer what TRAINING_SMTP_URL asks for."),
    "SMTPSenderRefused": msg("The mail server takes no mail from this sender. Look at TRAINING_MAIL_SENDER."),
    "SMTPRecipientsRefused": msg("The mail server takes no mail for your address."),
    "SSLError": msg(
        "Encryption does not fit: smtps:// is mostly for port 465, smtp+starttls:// for port 587."
    ),
    "SSLCertVerificationError": msg("The mail server's certificate is not valid for this host."),
}
"""What to look at after a failure, by the name that ``said`` begins with."""


def advice(said_before: str) -> Message | None:
    """What somebody who runs the instance should look at, from what ``said`` told of a failure."""
    return ADVICE.get(said_before.partition(":")[0])


def kind_of(failure: Exception) -> Failure:
    """Whether trying again may help, and whether the message or the server is at fault."""
    match failure:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _text in failure.recipients.values()]
            return Failure.FOR_GOOD if codes and min(codes) >= 500 else Failure.FOR_NOW
        case smtplib.SMTPDataError() | smtplib.SMTPSenderRefused():
            return Failure.FOR_GOOD if failure.smtp_code >= 500 else Failure.FOR_NOW
        case smtplib.SMTPNotSupportedError() | ValueError():
            return Failure.FOR_GOOD  # this server, or every server, refuses such an address or text
    return Failure.OF_SERVER


def transport(config: Config) -> Deliver:
    """The function that sends mail by SMTP, or writes it into the instance folder if no server is set."""
    if config.smtp_url:
        return lambda email: _by_smtp(config.smtp_url, email)
    return lambda email: _into_file(config.instance_dir / "mail", email)


def _by_smtp(url: str, email: EmailMessage) -> None:
    parts, sender = urlsplit(url), email["Return-Path"].strip("<>")
    del email["Return-Path"]  # the server that delivers a letter writes it
    host, port = parts.hostname or "localhost", parts.port
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port or 465, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port or 25, timeout=20)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(email, from_addr=sender)


def _into_file(folder: Path, email: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = email["Message-ID"].strip("<>").partition("@")[0]
    (folder / f"{name}.eml").write_bytes(bytes(email))
