"""What an empty instance still needs, step by step. Each step's state is read from what is stored: nobody ticks it.

The list is gone once every step is done that an instance cannot do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Select, func, select

from training.db import db
from training.models import Agency, MailState, Programme, Role, ThemeKind, Training, User
from training.services import organisations
from training.services.letters import trial
from training.services.programmes import themes


class StepName(StrEnum):
    """The steps, in their order."""

    ORGANISATION = "organisation"
    LOGO = "logo"
    MAIL = "mail"
    CONTACTS = "contacts"
    PROGRAMME = "programme"
    AGENCIES = "agencies"
    INVITATIONS = "invitations"


INVITED = (Role.PARTNER, Role.COORDINATOR)
"""Without somebody in each of these roles no registration is put forward, or none is decided."""


@dataclass(frozen=True)
class Step:
    """One step. ``done`` of ``whole`` are there already.

    ``mail`` is what became of the last test letter. ``next`` is the code of the next thing that is missing. ``people``
    counts the active accounts by role.
    """

    name: StepName
    done: int
    whole: int = 1
    is_needed: bool = True
    mail: MailState | None = None
    next: str = ""
    people: Mapping[Role, int] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.whole


def steps(user: User, *, has_server: bool = True) -> list[Step]:
    """Every step for the administrator ``user``, or none if all are done that are needed.

    Without a mail server (``has_server``) letters are written into files: that proves nothing, and nobody must prove it.
    """
    organisation = organisations.get()
    given = (organisations.has_name(), bool(organisation.address), bool(organisation.reply_email))
    areas = [theme for theme in themes.every() if theme.kind is ThemeKind.THEMATIC_AREA]
    silent = [theme.code for theme in areas if not theme.contact_email]
    letter = trial.latest(user)
    counted = select(User.role, func.count()).where(User.is_active).group_by(User.role)
    people = dict(db.session.execute(counted).all())
    invited = sum(role in people for role in INVITED)
    found = [
        Step(StepName.ORGANISATION, sum(given), len(given)),
        Step(StepName.LOGO, int(bool(organisation.logo_type)), is_needed=False),
        Step(
            StepName.MAIL,
            int(has_server and trial.has_worked()),
            is_needed=has_server,
            mail=letter.state if letter else None,
        ),
        Step(StepName.CONTACTS, len(areas) - len(silent), len(areas), next="".join(silent[:1])),
        Step(StepName.PROGRAMME, _is_any(select(Programme.id))),
        Step(StepName.AGENCIES, _is_any(select(Agency.id))),
        Step(StepName.INVITATIONS, invited, len(INVITED), people=people),
    ]
    return found if any(one.is_needed and not one.is_done for one in found) else []


def has_trainings() -> bool:
    """Whether there is a training yet. Before the first one nothing can be due."""
    return bool(_is_any(select(Training.id)))


def _is_any(rows: Select[int]) -> int:
    return int(db.session.scalar(rows.limit(1)) is not None)
