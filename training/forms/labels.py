"""The words that pages use for the values of every enumeration."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from training.models import (
    Admission,
    AttendanceStatus,
    AuditOutcome,
    DayBasis,
    DayPart,
    MailState,
    Modality,
    OpenTo,
    PageKind,
    ProgrammeState,
    Promotion,
    ReasonCode,
    RegisterState,
    RegistrationState,
    ReserveOrder,
    Role,
    SeatRequestState,
    Sex,
    TrainingState,
    When,
)
from training.rules.findings import Name
from training.rules.minutes import Decision
from training.texts import words

Kind = TypeVar("Kind", bound=StrEnum)


def _named(kind: type[Kind], said: Mapping[str, Any]) -> dict[Kind, str]:
    """The words that files use too, for a page."""
    return {kind(value): _l(word.text) for value, word in said.items()}


DAY_PART = {DayPart.AM: _l("mornings"), DayPart.PM: _l("afternoons")}
CLASH_RULE = {
    Name.OWN_OVERLAP: _l("two at once"),
    Name.ROOM_TWICE: _l("room twice"),
    Name.TRAINER_TWICE: _l("trainer twice"),
    Name.ROOM_BLOCKED: _l("room closed"),
    Name.NO_SUCH_TIME: _l("time that clocks skip"),
    Name.OUTSIDE_PROGRAMME: _l("outside the programme"),
    Name.PARTICIPANT_TWICE: _l("participants"),
    Name.TRAINER_AWAY: _l("trainer away"),
    Name.TRAINER_UNFIT: _l("trainer does not fit"),
    Name.TRAINER_LOAD: _l("trainer's limit"),
    Name.TRAVEL_GAP: _l("travel"),
    Name.TURN_OVER: _l("no time between"),
    Name.ROOM_SMALL: _l("room too small"),
    Name.OTHER_PLACE: _l("other place"),
    Name.HOLIDAY: _l("holiday"),
    Name.WEEKEND: _l("weekend"),
    Name.NIGHT_ONLINE: _l("night"),
    Name.TOO_LONG: _l("too long"),
    Name.NO_ROOM: _l("no room"),
    Name.NO_TRAINER: _l("no trainer"),
}
"""What a rule about clashes looks at, in a word or two."""
ROLE = _named(Role, words.ROLE)
TRAINING_STATE = {
    TrainingState.DRAFT: _l("draft"),
    TrainingState.OPEN: _l("open"),
    TrainingState.CONFIRMED: _l("confirmed"),
    TrainingState.RUNNING: _l("running"),
    TrainingState.COMPLETED: _l("completed"),
    TrainingState.CANCELLED: _l("cancelled"),
    TrainingState.POSTPONED: _l("postponed"),
}
WHEN = {
    When.UPCOMING: _l("Upcoming"),
    When.RUNNING: _l("Running"),
    When.POSTPONED: _l("Postponed"),
    When.PAST: _l("Past"),
    When.DRAFTS: _l("Drafts"),
}
AHEAD_OR_PAST = {one: WHEN[one] for one in (When.UPCOMING, When.PAST)}
"""Where sessions stand: a list of what is to come has those that run first."""
PROGRAMME_STATE = {
    ProgrammeState.PLANNED: _l("planned"),
    ProgrammeState.ACTIVE: _l("active"),
    ProgrammeState.CLOSED: _l("closed"),
    ProgrammeState.CANCELLED: _l("cancelled"),
}
REGISTRATION_STATE = _named(RegistrationState, words.REGISTRATION_STATE)
REGISTER_STATE = _named(RegisterState, words.REGISTER_STATE)
ATTENDANCE = _named(AttendanceStatus, words.ATTENDANCE)
MARKS = {
    Decision.KEPT: _l("it was held at the new time: the marks stay as they are"),
    Decision.MOVED_ALONG: _l("it was held at the new time: hours in the marks move along"),
    Decision.NOT_COUNTED: _l("it was not held: the marks do not count, and are kept as history"),
}
SEX = _named(Sex, words.SEX)
MODALITY = {Modality.IN_PERSON: _l("in person"), Modality.ONLINE: _l("online"), Modality.HYBRID: _l("hybrid")}
ADMISSION = {
    Admission.APPROVAL: _l("a coordinator decides"),
    Admission.FIRST_COME: _l("first come, first served"),
}
RESERVE_ORDER = {ReserveOrder.RANK: _l("rank"), ReserveOrder.SUBMITTED: _l("submission")}
PROMOTION = {
    Promotion.AUTOMATIC: _l("goes to the next in line at once"),
    Promotion.PROPOSED: _l("is proposed to the coordinator"),
}
REASON_CODE = {
    ReasonCode.NOT_ELIGIBLE: _l("does not meet the conditions"),
    ReasonCode.NO_SEAT: _l("no seat"),
    ReasonCode.INCOMPLETE: _l("incomplete"),
    ReasonCode.AGENCY: _l("the agency's wish"),
    ReasonCode.TRAINEE: _l("the trainee's wish"),
    ReasonCode.ORGANISER: _l("the organiser's decision"),
    ReasonCode.OTHER: _l("another reason"),
}
DECISION_REASONS = (ReasonCode.NOT_ELIGIBLE, ReasonCode.NO_SEAT, ReasonCode.INCOMPLETE, ReasonCode.OTHER)
"""The reasons for which a coordinator declines or returns a registration."""
SEAT_REQUEST_STATE = {
    SeatRequestState.OPEN: _l("open"),
    SeatRequestState.GRANTED: _l("granted"),
    SeatRequestState.DECLINED: _l("declined"),
}
DAY_BASIS = {DayBasis.HOURS: _l("hours per training day"), DayBasis.HALF_DAYS: _l("half-days attended")}
OUTCOME = {
    AuditOutcome.DONE: _l("done"),
    AuditOutcome.REFUSED: _l("refused"),
    AuditOutcome.EXPORTED: _l("exported"),
}
MAIL_STATE = {
    MailState.QUEUED: _l("queued"),
    MailState.SENT: _l("sent"),
    MailState.BOUNCED: _l("came back"),
    MailState.FAILED: _l("failed"),
    MailState.NO_ADDRESS: _l("no address"),
    MailState.DROPPED: _l("dropped"),
}

PUBLIC_PAGE = {
    PageKind.CONTACT: _l("Contact"),
    PageKind.PRIVACY: _l("Privacy notice"),
    PageKind.IMPRINT: _l("Imprint"),
    PageKind.ACCESSIBILITY: _l("Accessibility statement"),
}
"""The public pages, in the order in which every page names them at its foot."""
LETTER = {
    "submitted": _l("Registrations received"),
    "confirmed": _l("Seat confirmed"),
    "reserve": _l("On the reserve list"),
    "offered": _l("Seat offered"),
    "offer_over": _l("Offer expired"),
    "declined": _l("Not accepted"),
    "returned": _l("Returned for correction"),
    "replaced": _l("Person replaced"),
    "withdrawn": _l("Registration withdrawn"),
    "correction": _l("Correction asked for"),
    "hand_over": _l("Links to hand over"),
    "opened": _l("Registration opened"),
    "changed": _l("Training changed"),
    "cancelled": _l("Training cancelled"),
    "postponed": _l("Training postponed"),
    "deadline_moved": _l("Deadline moved"),
    "zone_rules": _l("Clock rules changed"),
    "deadline_near": _l("Deadline near"),
    "start_near": _l("Start near"),
    "seats_given": _l("Seats granted"),
    "seats_refused": _l("Seats not granted"),
    "seats_near": _l("Kept seats: deadline near"),
    "coordinator_submitted": _l("To coordinators: new registrations"),
    "coordinator_withdrawn": _l("To coordinators: registrations withdrawn"),
    "coordinator_seats_asked": _l("To coordinators: seats asked for"),
    "coordinator_seats_returned": _l("To coordinators: seats given back"),
    "coordinator_zone_rules": _l("To coordinators: clock rules changed"),
    "coordinator_changed": _l("To coordinators: copy of an announcement"),
    "coordinator_not_announced": _l("To coordinators: changes not announced"),
    "trainee": _l("To the person registered"),
    "trainee_confirmed": _l("To the person: seat confirmed"),
    "trainee_reserve": _l("To the person: on the reserve list"),
    "trainee_offered": _l("To the person: seat offered"),
    "trainee_offer_over": _l("To the person: offer expired"),
    "trainee_declined": _l("To the person: not accepted"),
    "trainee_withdrawn": _l("To the person: registration withdrawn"),
    "trainee_replaced": _l("To the person: somebody else comes instead"),
    "trainee_changed": _l("To the person: training changed"),
    "trainee_zone_rules": _l("To the person: clock rules changed"),
    "trainee_postponed": _l("To the person: training postponed"),
    "trainee_cancelled": _l("To the person: training cancelled"),
    "trainee_start_near": _l("To the person: start near"),
    "trainer_planned": _l("To the trainer: sessions planned"),
    "trainer_changed": _l("To the trainer: sessions changed"),
    "trainer_postponed": _l("To the trainer: training postponed"),
    "trainer_cancelled": _l("To the trainer: training cancelled"),
    "trainer_start_near": _l("To the trainer: start near"),
}

OPEN_TO = {
    OpenTo.KEPT: _l("agencies with kept seats"),
    OpenTo.ALL: _l("all that may register"),
    OpenTo.PICKED: _l("those that I pick"),
}
MOVED = {
    "open": _l("Registration is open."),
    "confirm": _l("The training is confirmed."),
    "start": _l("The training is running. Its registers can be marked."),
    "complete": _l("The training is completed."),
    "stop": _l("The training has ended early. The rest of it is called off, and people are told."),
    "reopen": _l("The training is running again."),
    "postpone": _l("The training is postponed. Agencies and people are told."),
    "cancel": _l("The training is cancelled. Agencies and people are told."),
}
"""What happened when a training took a step, by the step's name."""
ACTION_NAMES = {
    "open": _l("Open registration"),
    "confirm": _l("It takes place"),
    "start": _l("Start"),
    "complete": _l("Complete"),
    "stop": _l("End early"),
    "reopen": _l("Reopen"),
    "postpone": _l("Postpone"),
    "cancel": _l("Cancel"),
    "activate": _l("Activate"),
    "close": _l("Close"),
}

ROSTER_LANGUAGES = {"en": "English", "fr": "Français", "ru": "Русский", "ar": "العربية"}
"""The languages in which an empty list can be downloaded, each with its own name for itself."""
ROSTER_FIELD = {
    "family_name": _l("Family name"),
    "given_names": _l("Given names"),
    "full_name": _l("Full name"),
    "passport_name": _l("Name as in the passport"),
    "patronymic": _l("Patronymic"),
    "native_name": _l("Name in native script"),
    "form_of_address": _l("Form of address"),
    "sex": _l("Sex"),
    "country": _l("Country"),
    "function": _l("Function"),
    "rank": _l("Rank"),
    "language": _l("Language"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "remarks": _l("Remarks"),
}
