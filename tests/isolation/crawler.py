"""A reader who asks for every route, follows every link, sends every form once, and opens every file."""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from werkzeug.datastructures import MultiDict

from tests.isolation.asking import Asker, address, routes, undone
from tests.isolation.world import TOKEN, World
from tests.papers import text_of

QUERIES = ("", "?as=csv", "?as=xlsx", f"?text={TOKEN}", "?sort=agency", "?sort=-name", "?page=2", "?agency=X",
           "?show=all", "?language=fr")  # fmt: skip
MOST = 4_000
"""Addresses: a crawl that comes here has found a room without an end, and says so."""
MOST_MONTHS = 2
"""Links from month to month that are followed: there is always another month."""


def readable(response: Any) -> str:
    """The answer as text, whatever it is: page, CSV, every part of a workbook, a PDF's text and metadata; its headers too."""
    body = response.data
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    elif body.startswith(b"%PDF"):
        body = text_of(body).encode()
    return body.decode("utf-8", "replace") + str(response.headers)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: (address, what is filled in), one for each button."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self.action: str | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name, value, kind = said.get("name", ""), said.get("value", ""), said.get("type", "text")
        if tag == "form":
            self.action = said.get("action", "") if said.get("method", "").lower() == "post" else None
            self.fields: list[tuple[str, str]] = []
            self.buttons: list[tuple[str, str]] = []
        elif self.action is None:
            return
        elif tag == "button" or kind == "submit":
            self.buttons.append((name, value))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and value:
            self.fields.append((self.select, value))
            self.select = ""
        elif tag == "textarea" and name:
            self.fields.append((name, "plain words"))
        elif tag == "input" and name and kind != "file":
            self.fields.append((name, value or ("on" if kind in ("checkbox", "radio") else "3")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.action is not None:
            for name, value in self.buttons or [("", "")]:
                self.found.append((self.action, [*self.fields, *([(name, value)] if name else [])]))
            self.action = None
        elif tag == "select":
            self.select = ""


@dataclass
class Crawl:
    """What was asked for and answered: text by address, and which of the addresses were asked for in any case."""

    seen: dict[str, str] = field(default_factory=dict)
    seeds: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=lambda: {"pdf": [], "xlsx": [], "csv": []})
    sent: int = 0

    @property
    def text(self) -> str:
        """All that was read."""
        return "".join(self.seen.values())

    def is_refused_already(self, path: str) -> bool:
        """Whether the bare address was refused: nobody looks at a query before the thing and the right are there."""
        bare, _, query = path.partition("?")
        return bool(query) and self.statuses.get(bare) in (303, 403, 404, 405)

    def keep(self, key: str, response: Any) -> str:
        """Read an answer; returns its text."""
        self.seen[key], self.statuses[key] = readable(response), response.status_code
        kinds = {b"%PDF": "pdf", b"PK\x03\x04": "xlsx"}
        kind = kinds.get(response.data[:4], "csv" if response.mimetype == "text/csv" else "")
        if kind:
            self.files[kind].append(key)
        return self.seen[key]


def seeds(here: World) -> list[str]:
    """Every route that is read, with A's things and with B's, and with the queries that lists take."""
    found = {}
    for rule, methods, _action, kind in routes():
        if "GET" in methods:
            forged = {name: f"{here.theirs[name]}x" for name in ("token", "link")}
            for things in (here.mine, {**here.theirs, **forged}):
                thing = address(rule, kind, things)
                for query in QUERIES if kind not in forged else QUERIES[:1]:
                    found[thing + query] = None
    confirmed = f"/registrations/{here.mine['confirmed'].public_id}"
    return [*found, confirmed, f"{confirmed}/confirmation.pdf"]


def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<[^>]*>", "[^/]+", rule) + r"(\?.*)?$")


GETTABLE = [_pattern(rule) for rule, methods, _, _ in routes() if "GET" in methods]


def links(text: str) -> list[str]:
    """Where a page leads, on this site; not to scripts and pictures, nor to what takes forms alone."""
    found = (link.replace("&amp;", "&") for link in re.findall(r'(?:href|action|hx-get)="(/[^"#]*)"', text))
    return [
        one for one in dict.fromkeys(found)
        if "/static/" not in one and len(one) < 300
        and (any(rule.match(one) for rule in GETTABLE) or f'action="{one}"' not in text)
    ]  # fmt: skip


def crawl(asker: Asker, start: list[str], *, follow: bool = True) -> Crawl:
    """All of ``start`` first, then every link that the pages have, then every form of theirs once, taken back each time."""
    done = Crawl(seeds=start)
    waiting, forms, months = deque(start), {}, 0
    while waiting:
        path = waiting.popleft()
        if path in done.seen or done.is_refused_already(path):
            continue
        if path.startswith("/calendar?") and "month=" in path and path not in start:
            months += 1
            if months > MOST_MONTHS:
                continue
        assert len(done.seen) < MOST, "the crawl has no end"
        text = done.keep(path, asker.ask("GET", path))
        if follow:
            waiting.extend(link for link in links(text) if link not in done.seen)
            for where, fields in posted(text, path):
                names = tuple(sorted(name for name, _ in fields))
                forms.setdefault((where.partition("?")[0], names), (where, fields))
    for (where, _names), (action, fields) in forms.items():
        if where not in ("/sign-out", "/language"):
            send(done, asker, action, fields)
    return done


def posted(text: str, path: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The forms of the page at ``path``: where each goes, and with what."""
    page = Forms()
    page.feed(text)
    return [(action.partition("#")[0] or path, fields) for action, fields in page.found]


def send(done: Crawl, asker: Asker, action: str, fields: list[tuple[str, str]]) -> None:
    """Send a form as it stands, and read the answer and where it leads."""
    with undone(asker.client.application):
        response = asker.ask("POST", action, data=MultiDict(fields))
        done.keep(f"POST {action} {fields[-1:]} {done.sent}", response)
        if response.status_code == 303:
            where = response.headers["Location"]
            done.keep(f"after {action} {done.sent}: {where}", asker.ask("GET", where))
    done.sent += 1
