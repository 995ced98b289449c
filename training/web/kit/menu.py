"""What stands around every page: the navigation, filtered by what the user may do, and the letters that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l

from training.models import Training
from training.policy import Action, can, has
from training.services.announcing import announcements
from training.services.announcing.announcements import Waiting
from training.web.kit import access


@dataclass(frozen=True)
class Entry:
    """One line of the menu. ``group`` is the heading above the line."""

    endpoint: str
    label: str
    icon: str
    action: Action
    group: str

    @property
    def position(self) -> int:
        """The place of its group in the menu."""
        return GROUPS.index(self.group)

    @property
    def url(self) -> str:
        """The address that the line leads to."""
        return url_for(self.endpoint, **FIRST_VIEW.get(self.endpoint, {}))

    @property
    def is_current(self) -> bool:
        """Whether the current page belongs to this line."""
        return (request.endpoint or "").partition(".")[0] == self.endpoint.partition(".")[0]


PLAN, PEOPLE, NUMBERS, SYSTEM, HELP = _l("Plan"), _l("People"), _l("Numbers"), _l("System"), _l("Help")
GROUPS = ("", PLAN, PEOPLE, NUMBERS, SYSTEM, HELP)

FIRST_VIEW: dict[str, dict[str, Any]] = {
    "trainings.index": {"when": "upcoming"},
    "sessions.index": {"when": "upcoming"},
}
"""The view of a list with which the menu begins."""

ENTRIES = (
    Entry("home.index", _l("Home"), "home", Action.HOME_READ, ""),
    Entry("themes.index", _l("Themes"), "tags", Action.THEME_READ, PLAN),
    Entry("programmes.index", _l("Programmes"), "briefcase", Action.PROGRAMME_LIST, PLAN),
    Entry("courses.index", _l("Courses"), "book", Action.COURSE_LIST, PLAN),
    Entry("trainings.index", _l("Trainings"), "school", Action.TRAINING_LIST, PLAN),
    Entry("sessions.index", _l("Sessions"), "clipboard-list", Action.SESSION_LIST, PLAN),
    Entry("clashes.index", _l("To look at"), "alert-triangle", Action.CLASH_LIST, PLAN),
    Entry("calendar.index", _l("Calendar"), "calendar", Action.CALENDAR_READ, PLAN),
    Entry("board.index", _l("Board"), "layout-board", Action.BOARD_READ, PLAN),
    Entry("registrations.index", _l("Registrations"), "clipboard-check", Action.REGISTRATION_LIST, PEOPLE),
    Entry("trainees.index", _l("Trainees"), "users", Action.TRAINEE_LIST, PEOPLE),
    Entry("duplicates.index", _l("Possible duplicates"), "user-plus", Action.TRAINEE_MERGE, PEOPLE),
    Entry("agencies.index", _l("Agencies"), "building", Action.AGENCY_LIST, PEOPLE),
    Entry("countries.index", _l("Countries"), "world", Action.COUNTRY_READ, PEOPLE),
    Entry("trainers.index", _l("Trainers"), "user-star", Action.TRAINER_LIST, PEOPLE),
    Entry("trainers.own_absences", _l("When I am away"), "clock", Action.ABSENCE_ADD, PLAN),
    Entry("colleagues.index", _l("Colleagues"), "user-cog", Action.COLLEAGUE_CHANGE, PEOPLE),
    Entry("venues.index", _l("Venues"), "map-pin", Action.VENUE_LIST, PLAN),
    Entry("reports.attendance", _l("Attendance report"), "report-analytics", Action.REPORT_READ, NUMBERS),
    Entry("users.index", _l("Users"), "user-cog", Action.USER_LIST, SYSTEM),
    Entry("mail.index", _l("Mail"), "mail", Action.MAIL_READ, SYSTEM),
    Entry("audit.index", _l("Audit log"), "history", Action.AUDIT_READ, SYSTEM),
    Entry("help.show", _l("For focal points"), "info-circle", Action.HELP_READ, HELP),
    Entry("holidays.index", _l("Holidays"), "calendar", Action.HOLIDAY_CHANGE, SYSTEM),
    Entry("organisation.edit", _l("Organisation"), "settings", Action.ORGANISATION_CHANGE, SYSTEM),
)


def init_app(app: Flask) -> None:
    """Give every template its menu, and ``letters_waiting()``."""
    app.context_processor(lambda: {"menu_entries": entries(app)})
    app.jinja_env.globals["letters_waiting"] = waiting


def waiting() -> Waiting | None:
    """The letters that wait about the training of this page, whoever caused them, for staff who read its participants."""
    thing = access.about()
    training = thing if isinstance(thing, Training) else getattr(thing, "training", None)
    user = access.user_or_none()
    if user is None or not isinstance(training, Training):
        return None
    return announcements.waiting(training) if can(user, Action.PARTICIPANTS_READ, training) else None


def entries(app: Flask) -> list[Entry]:
    """The lines that the signed-in user's role has, in the order of the groups."""
    user = access.user_or_none()
    if user is None:
        return []
    mine = [e for e in ENTRIES if has(user, e.action) and e.endpoint in app.view_functions]
    return sorted(mine, key=lambda entry: entry.position)
