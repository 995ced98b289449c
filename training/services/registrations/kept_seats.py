"""Seats kept for agencies and countries: kept, changed, released. The same step promotes people who waited.

Seats stay kept until somebody releases them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import Admission, Agency, Promotion, Registration, SeatAllocation, Training, User
from training.rules import walltime
from training.rules.seats import Kept
from training.services import audit, locked_trainings, seat_counts
from training.services.registrations import seats
from training.services.registrations.reserve_list import Freed, may_promote, next_in_line, promote
from training.services.seen import Seen, settle, shown
from training.text import msg


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is said of the seats kept for one agency or country."""

    seats: int = 0
    release_local: datetime | None = None


@atomic
def keep(
    training: Training,
    *,
    by: User | None,
    seats: int,
    agency: Agency | None = None,
    country: str | None = None,
    release_local: datetime | None = None,
    seen: Seen | None = None,
) -> list[Registration]:
    """Keep ``seats`` for an agency or a country. The number replaces the one that it had.

    More seats promote people who waited for them. Fewer seats promote people who waited for the seats that
    are not kept any more. Returns who was promoted.
    """
    locked_trainings.lock(training)
    locked_trainings.check_not_finished(training)
    before = seat_counts.count(training)
    said = settle(seen, Details(seats=seats, release_local=release_local), now(training, agency, country))
    seats = said.seats
    allocation = _allocate(training, by, seats, agency, country, said.release_local)
    db.session.flush()  # the next count of seats must see it
    kept = seat_counts.as_kept(allocation)
    had = next((k for k in before.kept if (k.agency_id, k.country) == (kept.agency_id, kept.country)), None)
    if had is not None and seats < had.seats:
        return promote(training, Freed(max(0, had.seats - max(seats, before.used_of(had)))), by=by)
    by_decision = training.admission is Admission.APPROVAL
    more = seats - (had.seats if had else 0)
    return promote(training, Freed(more, only=kept if by_decision else None), by=by)


def now(training: Training, agency: Agency | None, country: str | None) -> Details:
    """What is kept for the agency or country now."""
    one = _known(training, agency, country)
    if one is None or one.released_at is not None:
        return Details()
    return Details(seats=one.seats, release_local=one.release_local)


def _known(training: Training, agency: Agency | None, country: str | None) -> SeatAllocation | None:
    for one in seat_counts.allocations(training):
        if (agency and one.agency_id == agency.id) or (country and one.country == country):
            return one
    return None


def _allocate(
    training: Training,
    by: User | None,
    wanted: int,
    agency: Agency | None,
    country: str | None,
    release_local: datetime | None,
) -> SeatAllocation:
    if (agency is None) == (country is None):
        raise Invalid(msg("Pick an agency or a country."), field="agency")
    if release_local:
        walltime.instant(release_local, training.zone, "release_local")
    allocation = _known(training, agency, country)
    most = seats.most_to_keep(training, Kept(wanted, agency.id if agency else None, country))
    if wanted > most:
        raise Invalid(
            msg(
                "You can keep at most %(most)s seats here. "
                "The rest of the %(capacity)s seats are kept or used already.",
                most=max(0, most),
                capacity=training.capacity,
            ),
            field="seats",
        )
    if allocation is None:
        allocation = SeatAllocation(training=training, agency=agency, country=country, seats=0)
        db.session.add(allocation)
    before = allocation.seats if allocation.released_at is None else 0
    changes: dict[str, object] = {"for": agency.code if agency else country, "seats": [before, wanted]}
    if allocation.release_local != release_local:
        changes["kept_until"] = [allocation.release_local, release_local]
    allocation.seats, allocation.release_local, allocation.released_at = wanted, release_local, None
    audit.record(by=by, action="seats.allocate", thing=training, changes=changes)
    return allocation


def take_back(allocation: SeatAllocation, seats: int) -> None:
    """The single step of keeping so many seats fewer, under the training's lock. The caller audits and promotes."""
    allocation.seats -= seats


@dataclass(frozen=True)
class Release:
    """What releasing unused seats would do: how many leave each allocation, which are picked, who is promoted."""

    unused: list[tuple[SeatAllocation, int]]
    picked: set[UUID]
    promoted: list[Registration]

    @property
    def seats(self) -> int:
        """Seats that become everybody's."""
        return sum(seats for one, seats in self.unused if one.public_id in self.picked)

    @property
    def lines(self) -> dict[str, str]:
        """What a page shows of each allocation, by its public id: its seats, its deadline and its unused seats."""
        return {
            str(one.public_id): shown(
                {"seats": one.seats, "release_local": one.release_local, "unused": unused}
            )
            for one, unused in self.unused
        }


def release_preview(training: Training, picked: Collection[UUID] | None = None) -> Release:
    """What ``release`` would do now. ``picked`` is as in ``release``: None picks those that are due."""
    counted = seat_counts.count(training)
    unused = seats.unused(training, counted)
    chosen = [one for one, _ in unused if (seats.is_due(one) if picked is None else one.public_id in picked)]
    found = Release(unused, {one.public_id for one in chosen}, [])
    released = [seat_counts.as_kept(one) for one in chosen]
    counted.kept = [kept for kept in counted.kept if kept not in released]
    if training.promotion is Promotion.AUTOMATIC and may_promote(training):
        found.promoted.extend(next_in_line(training, counted, Freed(found.seats)))
    return found


def changed(training: Training, picked: Collection[UUID], seen: Seen) -> set[UUID]:
    """Those of the picked allocations of which there is something else now than the page showed (``Release.lines``)."""
    lines = release_preview(training, picked).lines
    return {
        one.public_id
        for one in seat_counts.allocations(training)
        if one.public_id in picked and lines.get(str(one.public_id)) != seen.values.get(str(one.public_id))
    }


@atomic
def release(
    training: Training,
    *,
    by: User,
    picked: Collection[UUID] | None = None,
    expected: Sequence[UUID] | None = None,
    seen: Seen | None = None,
) -> list[Registration]:
    """Release unused kept seats to everybody, and give them to the next in line; returns who was promoted.

    ``picked`` are the public ids of the allocations to release. Without it, those that are due are released.
    ``expected`` are the public ids of the registrations that the preview promoted. Raises ``Conflict`` if
    others would be promoted by now. ``seen`` is what the preview showed of the seats (``Release.lines``). Raises
    ``Conflict`` if somebody has changed what is kept in a picked one, or its seats were taken.
    """
    locked_trainings.lock(training)
    locked_trainings.check_not_finished(training)
    if seen is not None and changed(training, picked or (), seen):
        raise Conflict(
            msg(
                "Somebody has changed these seats meanwhile, so nothing is released yet. What has changed is not ticked "
                "any more: look at the new numbers."
            ),
            "changed",
        )
    preview = release_preview(training, picked)
    if expected is not None and [one.public_id for one in preview.promoted] != list(expected):
        raise Conflict(
            msg("The reserve list has changed meanwhile: look again at who moves up, and confirm."), "changed"
        )
    chosen = [(one, unused) for one, unused in preview.unused if one.public_id in preview.picked]
    if not chosen:
        raise Invalid(msg("Tick at least one agency or country."))
    for allocation, _ in chosen:
        allocation.released_at = clock.now()
    whose = [one.agency.code if one.agency else one.country for one, _ in chosen]
    audit.record(
        by=by,
        action="seats.release",
        thing=training,
        changes={"of": ", ".join(map(str, whose)), "seats": preview.seats},
    )
    db.session.flush()  # the next count of seats must see them
    return promote(training, Freed(preview.seats), by=by)
