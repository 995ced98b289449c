"""Links in mail: marked while a letter is written, and put in when it is sent.

So no signed link lies in the database. Code that writes a letter need not know the site's address or its
secret. A mark stands between two characters that no text of a person can hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

SALT = "my-registration"
EDGE = "\x02"  # trimming would remove a blank or the end of a line, but keeps this
MARK = re.compile(f"{EDGE}(page|my):([^{EDGE}]*){EDGE}")


def to_page(path: str) -> str:
    """The mark of a link to a page of the site."""
    return f"{EDGE}page:{path}{EDGE}"


def to_my(registration: UUID, trainee: UUID) -> str:
    """The mark of the link to a registered person's page, which they open without an account."""
    return f"{EDGE}my:{registration.hex}{trainee.hex}{EDGE}"


def to_people(text: str) -> set[tuple[UUID, UUID]]:
    """The registration and the person of each personal link in ``text``."""
    return {_named(value) for kind, value in MARK.findall(text) if kind == "my"}


def written_out(
    text: str,
    *,
    public_url: str,
    secret_key: str,
    stopped: Collection[tuple[UUID, UUID]] = (),
    instead: str = "",
) -> str:
    """``text`` with links in place of its marks, and ``instead`` in place of links that have ``stopped``."""

    def link(mark: re.Match[str]) -> str:
        kind, value = mark.groups()
        if kind == "page":
            return public_url + value
        if stopped and _named(value) in stopped:
            return instead
        return f"{public_url}/my/{URLSafeSerializer(secret_key, salt=SALT).dumps(value)}"

    return MARK.sub(link, text)


def masked(text: str) -> str:
    """``text`` as somebody reads it who may open none of its personal links."""
    return MARK.sub(lambda mark: mark.group(2) if mark.group(1) == "page" else "/my/…", text)


def token(registration: UUID, trainee: UUID, *, secret_key: str) -> str:
    """The end of the link to a person's page. The state of the registration says when the link stops."""
    return str(URLSafeSerializer(secret_key, salt=SALT).dumps(registration.hex + trainee.hex))


def read(token: str, *, secret_key: str) -> tuple[UUID, UUID] | None:
    """The registration and the person that a link names, or None if it was not made here for this purpose."""
    try:
        value = URLSafeSerializer(secret_key, salt=SALT).loads(token)
    except BadData:
        return None
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        return None
    return _named(value)


def _named(value: str) -> tuple[UUID, UUID]:
    return UUID(value[:32]), UUID(value[32:])
