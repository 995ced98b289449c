"""Answers: pages and their parts, paging and sorting, and files to download."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from flask import Response, abort, make_response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select

from training.db import db
from training.forms.base import Form

PER_PAGE = 30


class Paged(Protocol):
    """The numbers that a pager needs."""

    page: int
    pages: int
    total: int


def page(template: str, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """The whole page. A request by htmx gets only the ``part`` that the page includes.

    With a form that was sent and has errors, or a filter that is not understood, it says 422.
    """
    wants_part = (
        part and request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    )
    if status == 200 and any(
        isinstance(thing, Form)
        and (request.method == "POST" or thing.is_filter)
        and (thing.errors or thing.refusals)
        for thing in context.values()
    ):
        status = (
            409 if any(isinstance(thing, Form) and thing.is_conflict for thing in context.values()) else 422
        )
    response = make_response(render_template(part if part and wants_part else template, **context), status)
    response.vary.add("HX-Request")
    return response


def asks_only(*names: str, **choices: Collection[str]) -> None:
    """Refuse an address that says more than this page knows: a name that is none, or a value that is no choice.

    For pages with tabs, a search or pages of rows of their own, without a filter form: ``choices.filtered`` looks after
    the others. ``choices`` are the values of each name that chooses among few; no value means all. Only what is looked at is
    refused: what is sent to be stored has its own checks.
    """
    if request.method not in ("GET", "HEAD"):
        return
    unknown = [name[:60] for name in request.args if name not in names and name not in choices]
    unknown += [
        f"{name}={value}"[:60]
        for name, offered in choices.items()
        for value in request.args.getlist(name)
        if value and value not in offered
    ]
    if unknown:
        why = " ".join(_("There is no filter %(name)s.", name=one) for one in sorted(set(unknown)))
        abort(page("errors/400.html", status=422, why=why, back=request.path))


def address(**changes: Any) -> str:
    """This page's address with other query parameters. An empty value removes its parameter."""
    query: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    view_args = request.view_args or {}
    return url_for(request.endpoint or "home.index", **view_args, **{k: v for k, v in query.items() if v})


def page_number() -> int:
    """The page number that the address asks for, or 1 when it asks for no valid number."""
    number = request.args.get("page", "1")
    return min(max(int(number), 1), 100_000) if re.fullmatch(r"[0-9]{1,6}", number) else 1


@dataclass(frozen=True)
class Pages:
    """The pager's numbers for a list that a service cuts into pages itself."""

    asked: int
    total: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.per_page)

    @property
    def page(self) -> int:
        """The page shown."""
        return min(self.asked, max(self.pages, 1))

    @property
    def first(self) -> int:
        """The number of its first line, from 1."""
        return (self.page - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        """The number of its last line."""
        return min(self.page * self.per_page, self.total)

    has_prev = property(lambda self: self.page > 1)
    has_next = property(lambda self: self.page < self.pages)
    prev_num = property(lambda self: self.page - 1)
    next_num = property(lambda self: self.page + 1)

    def iter_pages(self, **edges: int) -> Iterator[int | None]:
        """The numbers to show, with gaps: the first, the last, and those around the page."""
        previous = 0
        for number in range(1, self.pages + 1):
            if number in (1, self.pages) or abs(number - self.page) <= 1:
                if number - previous > 1:
                    yield None
                yield number
                previous = number

    def url(self, number: int) -> str:
        """The address of a page."""
        return address(page=number if number > 1 else "")


def paginate(found: Select[Any], per_page: int = PER_PAGE) -> Pagination:
    """The page of ``found`` that the address asks for. ``.url(n)`` of the result is the address of page n."""
    asked = page_number()
    paged = db.paginate(found, page=asked, per_page=per_page, max_per_page=per_page, error_out=False)
    if paged.pages and asked > paged.pages:
        paged = db.paginate(found, page=paged.pages, per_page=per_page, error_out=False)
    paged.url = lambda n: address(page=n if n > 1 else "")  # type: ignore[attr-defined]
    paged.file = lambda kind: address(**{"as": kind, "page": ""})  # type: ignore[attr-defined]
    return paged


def first(found: Select[Any], most: int) -> list[Any]:
    """The first ``most`` rows of ``found``. The rows are not counted."""
    return list(db.paginate(found, page=1, per_page=most, error_out=False, count=False).items)


@dataclass(frozen=True)
class Sorting:
    """The column by which a list is sorted (``key``), and whether downwards."""

    key: str
    descending: bool

    def url(self, key: str) -> str:
        """The address that sorts by ``key``, or the other way round when the list is sorted so already."""
        downwards = key == self.key and not self.descending
        return address(sort=f"-{key}" if downwards else key, page="")


def sorting(allowed: Sequence[str], default: str) -> Sorting:
    """The sorting that the address asks for (``?sort=title`` or ``?sort=-title``), else ``default``."""
    asked = request.args.get("sort", default)
    if asked.lstrip("-") not in allowed:
        asked = default
    return Sorting(asked.lstrip("-"), asked.startswith("-"))


def download(chunks: Iterable[bytes] | bytes, name: str, kind: str) -> Response:
    """A file to be saved as ``name``, never shown inside the page."""
    body = chunks if isinstance(chunks, bytes) else stream_with_context(iter(chunks))
    response = Response(body, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def submitted(form: Form) -> bool:
    """Whether the form was sent and its shape is right."""
    return request.method == "POST" and form.validate()


def back_to(path: str | None) -> str:
    """``path`` when it is on this site, else the first page.

    A browser reads ``//`` and ``\\`` as another host.
    """
    if path and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", path):
        return path
    return url_for("home.index")


def uuids(name: str) -> list[UUID]:
    """The ids that a form or the address sent as ``name``, in order. Other values are left out."""
    values = (request.form if request.method == "POST" else request.args).getlist(name)
    return [found for value in values if (found := uuid_of(value))]


def uuid_of(value: str) -> UUID | None:
    """The id that the text spells, or None."""
    try:
        return UUID(value)
    except ValueError:
        return None
