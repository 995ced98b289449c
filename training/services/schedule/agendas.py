"""What is in a session besides its title: the lines of its agenda. They are no sessions: nobody is marked in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import AgendaItem, Training, TrainingSession


def of(training: Training) -> dict[int, list[AgendaItem]]:
    """The agenda of each session of the training, by the session's id."""
    found = (
        select(AgendaItem)
        .join(AgendaItem.training_session)
        .where(TrainingSession.training_id == training.id)
        .options(joinedload(AgendaItem.trainer))
        .order_by(AgendaItem.session_id, AgendaItem.position)
    )
    agendas: dict[int, list[AgendaItem]] = {}
    for item in db.session.scalars(found):
        if item.session_id is not None:
            agendas.setdefault(item.session_id, []).append(item)
    return agendas


def copy(items: Mapping[int, Sequence[AgendaItem]], to: Sequence[TrainingSession]) -> None:
    """The single step that gives new sessions the agenda of others. ``items`` stand by the place of the session in ``to``."""
    db.session.flush()  # the items name the ids of the sessions
    for place, lines in items.items():
        for number, item in enumerate(lines):
            db.session.add(
                AgendaItem(
                    session_id=to[place].id,
                    position=number,
                    title=item.title,
                    starts=item.starts,
                    ends=item.ends,
                    speaker=item.speaker,
                    trainer=item.trainer,
                )
            )
