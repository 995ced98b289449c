"""Two records of one person, both registered for one training, as the cases of reports write them down."""

from __future__ import annotations

from typing import Any

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, planned
from training.models import PersonMerge, Registration
from training.services.merging import joins, merges
from training.services.merging.joins import Choices


def registered(make: Make, *lines: str, days: int = 1, **wanted: Any) -> tuple[Case, list[Registration]]:
    """A training that was carried out, and the registrations of these lines."""
    case = carried_out(planned(make, days, **wanted), *lines)
    return case, [one for one in case.registrations if one is not None]


def merged(make: Make, one: Registration, other: Registration, **wanted: Any) -> PersonMerge:
    """The person of ``other`` merged into that of ``one``. Without ``choices``, what is proposed is taken."""
    return merges.merge(one.trainee, other.trainee, by=make.user(), values=[], **wanted)


def choosing(one: Registration, other: Registration, **said: Any) -> Choices:
    """What somebody decides who sees the two as they are now."""
    return Choices(joins.seen(joins.of(one.trainee, other.trainee)), **said)
