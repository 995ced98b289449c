"""Settings: read once from the environment, checked together, refused when they are not safe to serve with.

A default must be safe in production and fit to be published. ``TRAINING_LOCAL=1`` marks an instance that is reached
over loopback only (a developer's machine, the demo); what a production instance must not do is allowed only there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from training.rules import addresses, return_paths

ROOT = Path(__file__).resolve().parent
TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}
LANGUAGES = ("en", "fr", "ru")


class BadSettings(Exception):
    """The instance must not start; ``problems`` are sentences, one each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "The settings are not safe to start with:\n" + "\n".join(f"  - {line}" for line in problems)
        )
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of one instance; ``docs/settings.md`` describes each."""

    secret_key: str = ""
    database_url: str = ""
    instance_dir: Path = ROOT / "instance"
    files_dir: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_sender: str = "training@example.org"
    bounce_address: str = ""
    proxy_hops: int = 0
    max_upload_mb: int = 10
    session_hours: int = 12
    default_zone: str = "Europe/Vienna"
    local: bool = False
    demo: bool = False
    seat_lock: bool = True

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """The settings in ``env`` (the variables with the prefix ``TRAINING_``, and ``DATABASE_URL``).

        Raises ``BadSettings`` with every problem at once.
        """
        problems: list[str] = []
        values: dict[str, Any] = {}
        for name, field in cls.__dataclass_fields__.items():
            variable = "DATABASE_URL" if name == "database_url" else f"TRAINING_{name.upper()}"
            if variable not in env:
                continue
            try:
                values[name] = _parsed(str(field.type), env[variable])
            except ValueError as wrong:
                problems.append(f"{variable} {wrong}.")
        config = cls(**values)
        problems += config.problems()
        if problems:
            raise BadSettings(problems)
        return config

    def check(self) -> Config:
        """Return the settings, or raise ``BadSettings`` when they are not safe to serve with."""
        problems = self.problems()
        if problems:
            raise BadSettings(problems)
        return self

    def problems(self) -> list[str]:
        """Every reason not to start, as sentences."""
        found: list[str] = []
        if len(self.secret_key) < 32:
            found.append(
                "TRAINING_SECRET_KEY is missing or shorter than 32 characters: set a long random one."
            )
        if not re.match(r"sqlite:///|postgresql(\+psycopg)?://", self.database):
            found.append("DATABASE_URL must begin with sqlite:/// or postgresql://.")
        if not re.match(r"https?://[^/?#]+$", self.public_url):
            found.append("TRAINING_PUBLIC_URL must be the address that people type, without a path.")
        found += self._mail_problems()
        for name, low, high in (("proxy_hops", 0, 5), ("max_upload_mb", 1, 100), ("session_hours", 1, 72)):
            if not low <= getattr(self, name) <= high:
                found.append(f"TRAINING_{name.upper()} must be from {low} to {high}.")
        if not self.local:
            found += self._production_problems()
        return found

    def _mail_problems(self) -> list[str]:
        found = []
        if self.smtp_url and urlsplit(self.smtp_url).scheme not in {"smtp", "smtps", "smtp+starttls"}:
            found.append("TRAINING_SMTP_URL must begin with smtp://, smtps:// or smtp+starttls://.")
        if wrong := addresses.fault(self.mail_sender):
            found.append(f"TRAINING_MAIL_SENDER must be an e-mail address. {wrong}")
        if self.bounce_address and (wrong := addresses.fault(self.bounce_address)):
            found.append(f"TRAINING_BOUNCE_ADDRESS must be an e-mail address. {wrong}")
        elif len(self.bounce_address.rpartition("@")[0]) > return_paths.MOST_NAME:
            found.append(
                f"TRAINING_BOUNCE_ADDRESS must have at most {return_paths.MOST_NAME} characters before the @."
            )
        return found

    def _production_problems(self) -> list[str]:
        found = []
        if not self.public_url.startswith("https://"):
            found.append("TRAINING_PUBLIC_URL must begin with https:// unless TRAINING_LOCAL=1.")
        if not self.smtp_url:
            found.append(
                "TRAINING_SMTP_URL is missing: without it nobody gets an invitation or a reset link."
            )
        if not self.seat_lock:
            found.append("TRAINING_SEAT_LOCK=0 oversells seats; it exists for one test only.")
        return found

    @property
    def database(self) -> str:
        """The database's address in SQLAlchemy's form; a file in the instance folder where none is set."""
        if not self.database_url:
            return f"sqlite:///{self.instance_dir / 'training.sqlite3'}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", self.database_url)

    @property
    def files_folder(self) -> Path:
        """Where the files are kept that people send; a folder of the instance where none is set."""
        return self.files_dir or self.instance_dir / "files"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database.startswith("sqlite")

    @property
    def host(self) -> str:
        """The only host name that the instance answers to (besides loopback where it is local)."""
        return urlsplit(self.public_url).hostname or ""


def _parsed(kind: str, text: str) -> object:
    """``text`` as the field's type; raises ``ValueError`` whose text completes a sentence."""
    if kind == "bool":
        if text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        raise ValueError("must be 1 or 0")
    if kind == "int":
        if re.fullmatch(r"[0-9]{1,6}", text):
            return int(text)
        raise ValueError("must be a whole number")
    return Path(text) if kind.startswith("Path") else text
