"""Themes and programmes: a tag fits its programme, in the service and in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.make import Make
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import Theme, Training
from training.services import visible_trainings
from training.services.programmes import frames, themes


def test_the_six_areas_and_mieux_are_seeded_once(app):
    again = themes.seed()

    assert [t.code for t in themes.every()] == ["IMR", "THB", "BMV", "ASY", "MD", "LMI", "MIEUX2"]
    assert again == {"themes": 0, "activity types": 0, "agency types": 0}
    assert [t.code for t in themes.usable_under(themes.by_code("MIEUX2"))] == [
        "MIEUX2", "IMR", "THB", "BMV", "ASY", "MD", "LMI",
    ]  # fmt: skip
    assert themes.by_code("BMV").name_in("ru") == "Управление границами и визы"


def test_a_programme_of_one_area_has_trainings_of_that_area_only(make: Make):
    with pytest.raises(Invalid, match="does not cover the theme"):
        make.training(programme=make.programme("BMV"), theme=make.theme("ASY"))


def test_a_multi_thematic_programme_may_hold_trainings_of_a_covered_area(make: Make):
    training = make.training(programme=make.programme("MIEUX2"), theme=make.theme("ASY"))

    assert training.theme.code == "ASY"


def test_the_database_itself_refuses_a_tag_that_does_not_fit(make: Make):
    training, other = make.training(), make.theme("ASY")

    @atomic
    def force(theme: Theme) -> None:
        db.session.execute(
            text("UPDATE training SET theme_id = :t WHERE id = :i"), {"t": theme.id, "i": training.id}
        )

    with pytest.raises(Conflict) as refused:
        force(other)

    assert refused.value.code == "same_moment" and isinstance(refused.value.__cause__, IntegrityError)


def test_retagging_a_programme_is_refused_while_a_training_would_not_fit(make: Make):
    programme = make.programme("MIEUX2")
    make.training(programme=programme, theme=make.theme("ASY"))
    values = {"title": programme.title, "starts_on": programme.starts_on, "ends_on": programme.ends_on, "donor": "",
              "grant_reference": "", "countries": [], "objectives": "", "completion_percent": 80,
              "day_basis": programme.day_basis, "day_minutes": 360, "deduction_minutes": 30, "evidence_rule": "",
              "retention_months": 60, "privacy_notice": "", "donor_block": "", "coordinators": [], "code": programme.code}  # fmt: skip

    with pytest.raises(Invalid, match="BMV does not cover the themes of these trainings"):
        frames.change(programme, by=make.user(), details=frames.Details(theme=make.theme("BMV"), **values))
    changed = frames.change(
        programme, by=make.user(), details=frames.Details(theme=make.theme("ASY"), **values)
    )

    assert changed.theme.code == "ASY"
    assert visible_trainings.by_code(_only(programme).code).programme_theme_id == make.theme("ASY").id


def _only(programme):
    return db.session.query(Training).filter_by(programme_id=programme.id).one()
