"""What the audit log says in words: actions, the fields that changed, and their values. The log itself keeps codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as WTForm

from training.forms import accounts, directory, programmes, schedule, system, trainees, trainings
from training.models import AuditEntry
from training.services import audit
from training.web.kit.labels import label_of
from training.web.kit.language import country_name, day, language_name, place_time

SUBJECTS = {
    "board": _l("Board"),
    "plan": _l("Timetable"),
    "account": _l("Own account"),
    "agencies": _l("Agencies"),
    "agency": _l("Agency"),
    "audit": _l("Audit log"),
    "absence": _l("Absence"),
    "calendar": _l("Calendar"),
    "clash": _l("To look at"),
    "colleague": _l("Colleague"),
    "country": _l("Country"),
    "course": _l("Course"),
    "demo": _l("Demo data"),
    "file": _l("File"),
    "help": _l("Help"),
    "holiday": _l("Holiday"),
    "home": _l("First screen"),
    "import": _l("List of participants"),
    "mail": _l("Mail"),
    "organisation": _l("Organisation"),
    "participants": _l("Participants"),
    "programme": _l("Programme"),
    "programmes": _l("Programmes"),
    "public_page": _l("Public page"),
    "register": _l("Register"),
    "registration": _l("Registration"),
    "registrations": _l("Registrations"),
    "report": _l("Attendance report"),
    "reserve_list": _l("Reserve list"),
    "room": _l("Room"),
    "seats": _l("Seats"),
    "session": _l("Session"),
    "sheet": _l("Sign-in sheet"),
    "theme": _l("Theme"),
    "trainee": _l("Trainee"),
    "trainees": _l("Trainees"),
    "trainer": _l("Trainer"),
    "trainers": _l("Trainers"),
    "training": _l("Training"),
    "trainings": _l("Trainings"),
    "user": _l("User"),
    "venue": _l("Venue"),
    "venues": _l("Venues"),
}
VERBS = {
    "copy": _l("copied"),
    "call_off": _l("called off"),
    "hours": _l("other hours"),
    "replace_trainer": _l("trainer replaced"),
    "trainers": _l("other trainers"),
    "room": _l("another room"),
    "move": _l("moved"),
    "accept": _l("accepted"),
    "acknowledge": _l("answered"),
    "activate": _l("activated"),
    "add": _l("added"),
    "add_absence": _l("absence noted"),
    "add_leaflet": _l("leaflet added"),
    "new_dates": _l("new dates given"),
    "repeat": _l("repeated as a series"),
    "postpone_undone": _l("postponing undone"),
    "announce": _l("announced"),
    "announce_silently": _l("announced without letters"),
    "announce_undone": _l("announcement undone"),
    "allocate": _l("kept for an agency or a country"),
    "arrange": _l("put in order"),
    "ask": _l("asked for"),
    "ask_again": _l("put on the list again"),
    "block": _l("closed for some hours"),
    "bounce": _l("came back"),
    "bounce_taken_back": _l("came back: taken back"),
    "cancel": _l("cancelled"),
    "change": _l("changed"),
    "change_given": _l("answers changed"),
    "change_password": _l("password changed"),
    "close": _l("closed"),
    "complete": _l("completed"),
    "confirm": _l("confirmed"),
    "correction": _l("correction asked for"),
    "create": _l("added"),
    "csv": _l("taken away as CSV"),
    "deactivate": _l("deactivated"),
    "decide": _l("decided"),
    "decline": _l("declined"),
    "describe_areas": _l("areas described"),
    "discard": _l("discarded"),
    "draft": _l("drafted"),
    "end_registrations": _l("registrations ended"),
    "export": _l("taken away as a file"),
    "figures": _l("figures read"),
    "generate": _l("generated"),
    "give_back": _l("given back"),
    "grant": _l("granted"),
    "hold_after_all": _l("held after all"),
    "invitation_used": _l("invitation used"),
    "invite": _l("invited"),
    "json": _l("taken away as JSON"),
    "leave": _l("left as it is"),
    "let_in": _l("let in"),
    "list": _l("listed"),
    "lock": _l("locked"),
    "make": _l("made"),
    "make_lead": _l("made the leading focal point"),
    "mark": _l("marked"),
    "may_be_same": _l("may be the same person"),
    "merge": _l("merged"),
    "not_same": _l("not the same person"),
    "offer": _l("offered a seat"),
    "offer_expired": _l("the offer ended"),
    "open": _l("opened for registration"),
    "open_undone": _l("opening undone"),
    "pdf": _l("taken away as PDF"),
    "phoned": _l("told by phone"),
    "postpone": _l("postponed"),
    "promote": _l("moved up from the reserve list"),
    "raised_at_the_door": _l("one more, at the door"),
    "read": _l("opened"),
    "release": _l("released"),
    "remap": _l("columns chosen"),
    "remedy": _l("solved"),
    "remove": _l("removed"),
    "remove_absence": _l("absence taken back"),
    "remove_leaflet": _l("leaflet taken away"),
    "remove_logo": _l("logo taken away"),
    "reopen": _l("reopened"),
    "replace": _l("replaced"),
    "replace_leaflet": _l("leaflet replaced"),
    "reserve": _l("put on the reserve list"),
    "reset_used": _l("password set by a link"),
    "rest_absent": _l("the rest marked absent"),
    "rest_present": _l("all marked present"),
    "resubmit": _l("submitted again"),
    "resume": _l("resumed"),
    "retire": _l("retired"),
    "return": _l("returned"),
    "send": _l("sent"),
    "send_now": _l("letters sent at once"),
    "set_logo": _l("logo set"),
    "set_targets": _l("targets set"),
    "sheet": _l("sheet chosen"),
    "sign_in": _l("signed in"),
    "stage": _l("uploaded"),
    "start": _l("started"),
    "stop": _l("ended early"),
    "submit": _l("submitted"),
    "submit_many": _l("several submitted"),
    "suspend": _l("suspended"),
    "taken_at_the_door": _l("taken at the door"),
    "take_back": _l("changes of the plan taken back"),
    "test": _l("test letter sent"),
    "transfer": _l("moved to another agency"),
    "trial": _l("test letter sent"),
    "tz_version": _l("new rules of clocks followed"),
    "unblock": _l("opened again"),
    "undo": _l("taken back"),
    "unmerge": _l("parted again"),
    "withdraw": _l("withdrawn"),
    "xlsx": _l("taken away as XLSX"),
    "zone_rules": _l("new rules of clocks followed"),
}
FORMS: dict[str, type[WTForm]] = {
    "agency": directory.AgencyForm,
    "organisation": system.OrganisationForm,
    "programme": programmes.ProgrammeForm,
    "public_page": system.PublicPageForm,
    "room": directory.RoomForm,
    "theme": programmes.ThemeForm,
    "trainee": trainees.TraineeForm,
    "trainer": directory.TrainerForm,
    "training": trainings.TrainingForm,
    "training_session": schedule.SessionForm,
    "user": accounts.UserForm,
    "venue": directory.VenueForm,
}
"""The edit form of each kind of thing, by its table. The log names a field as the form does."""
FIELDS = {
    "agency": _l("Agency"),
    "capacity": _l("Seats"),
    "count": _l("Number"),
    "file": _l("File"),
    "filters": _l("Filters"),
    "language": _l("Language"),
    "name": _l("Name"),
    "rank": _l("Rank"),
    "reason": _l("Reason"),
    "register_state": _l("Register"),
    "rows": _l("Rows"),
    "scale": _l("Size"),
    "seats": _l("Seats"),
    "session": _l("Session"),
    "state": _l("State"),
    "state_reason": _l("Reason"),
    "status": _l("Attendance"),
    "theme": _l("Theme"),
    "training": _l("Training"),
    "tz_version": _l("Rules of clocks"),
    "user": _l("Account"),
    "why": _l("Why"),
}
YES, NO, CHANGED = _l("yes"), _l("no"), _l("changed")
NOTHING = "–"


@dataclass(frozen=True)
class Change:
    """A field that changed: its name, and its values before and now. ``before`` is None if only one value is kept."""

    name: str
    before: str | None
    now: str


def action(code: str) -> str:
    """What was done, as ``Training: opened for registration``."""
    parts = re.split(r"[.:]", code)
    subject = str(SUBJECTS.get(parts[0]) or _plain(parts[0]))
    verb = parts[-1] if len(parts) > 1 else ""
    return f"{subject}: {VERBS.get(verb) or _plain(verb)}" if verb else subject


def changes(entry: AuditEntry) -> list[Change]:
    """What an entry tells of the fields of its thing."""
    found = []
    told = entry.changes if isinstance(entry.changes, dict) else {}
    for name, value in told.items():
        if isinstance(value, list) and len(value) == 2 and not isinstance(value[0], (dict, list)):
            before, now = (_value(entry.thing_type, name, one) for one in value)
            if before != now:
                found.append(Change(_name(entry.thing_type, name), before, now))
        else:
            found.append(Change(_name(entry.thing_type, name), None, _value(entry.thing_type, name, value)))
    return found


def _name(table: str | None, name: str) -> str:
    bare = name.removesuffix("_id")
    form = FORMS.get(table or "")
    field = getattr(form, bare, None) if form else None
    label = field.args[0] if field is not None and getattr(field, "args", None) else None
    return str(label or FIELDS.get(bare) or _plain(bare).capitalize())


def _value(table: str | None, name: str, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, dict):
        said = [f"{_name(table, key)}: {_value(table, key, one)}" for key, one in value.items()]
        return ", ".join(said) or NOTHING
    if isinstance(value, list):
        return ", ".join(_value(table, name, one) for one in value) or NOTHING
    if value == "changed":
        return str(CHANGED)
    if name.endswith("_id") and isinstance(value, int):
        return audit.referred(table or "", name, value) or NOTHING
    return _text(table, name, str(value))


def _text(table: str | None, name: str, text: str) -> str:
    kind = audit.enumeration(table or "", name)
    if kind is not None and text in {one.value for one in kind}:
        return str(label_of(kind(text)))
    if name == "zone":
        return place_time(text)
    if name in ("country", "nationality"):
        return country_name(text)
    if name == "language":
        return language_name(text)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return day(date.fromisoformat(text))
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
            at = datetime.fromisoformat(text)
            return f"{day(at.date())}, {at:%H:%M}"
    except ValueError:
        pass
    return text


def _plain(word: str) -> str:
    return word.replace("_", " ")
