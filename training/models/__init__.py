"""Every model. Other packages import models from here."""

from __future__ import annotations

from training.models.acknowledgement import Acknowledgement
from training.models.agency import Agency
from training.models.announcement import (
    Announced,
    AnnouncedSession,
    Announcement,
    Audience,
    TrainingInvitation,
)
from training.models.attendance import (
    AttendanceCorrection,
    AttendanceMethod,
    AttendanceRecord,
    AttendanceStatus,
)
from training.models.audit import AuditEntry, AuditOutcome
from training.models.batch import BatchState, ImportBatch, RosterMapping
from training.models.course import AgendaItem, Course, CourseSession, Series
from training.models.duplicate import NotSame, PersonMerge, TraineeKey
from training.models.holiday import Holiday
from training.models.mail import MailState, OutgoingMail, Reminder
from training.models.organisation import Organisation
from training.models.plan import PlanStep
from training.models.programme import (
    DayBasis,
    Programme,
    ProgrammeState,
    ProgrammeTarget,
    programme_coordinator,
)
from training.models.public_page import PageKind, PublicPage
from training.models.registration import (
    HOLDS_SEAT,
    LIVE,
    ReasonCode,
    Registration,
    RegistrationSource,
    RegistrationState,
    RegistrationStep,
)
from training.models.request_key import RequestKey
from training.models.session import RegisterState, SessionTrainer, TrainingSession
from training.models.stored_file import FileKind, StoredFile
from training.models.theme import (
    ActivityType,
    AgencyType,
    Said,
    Theme,
    ThemeKind,
    ThemeLeaflet,
    ThemeUse,
)
from training.models.trainee import Sex, Trainee
from training.models.trainer import DayPart, Trainer, TrainerAbsence, trainer_theme
from training.models.training import (
    Admission,
    Modality,
    OpenTo,
    Promotion,
    ReserveOrder,
    SeatAllocation,
    SeatRequest,
    SeatRequestKind,
    SeatRequestState,
    Training,
    TrainingState,
    When,
)
from training.models.user import LinkPurpose, OneTimeLink, Role, SignInAttempt, User, UserSession, user_theme
from training.models.venue import Room, RoomBlock, Venue

__all__ = [
    "Acknowledgement",
    "ActivityType",
    "Admission",
    "Agency",
    "AgencyType",
    "AgendaItem",
    "Announced",
    "AnnouncedSession",
    "Announcement",
    "AttendanceCorrection",
    "AttendanceMethod",
    "AttendanceRecord",
    "AttendanceStatus",
    "Audience",
    "AuditEntry",
    "AuditOutcome",
    "BatchState",
    "Course",
    "CourseSession",
    "DayBasis",
    "DayPart",
    "FileKind",
    "HOLDS_SEAT",
    "Holiday",
    "ImportBatch",
    "LIVE",
    "LinkPurpose",
    "MailState",
    "Modality",
    "NotSame",
    "OneTimeLink",
    "OpenTo",
    "Organisation",
    "OutgoingMail",
    "PageKind",
    "PersonMerge",
    "PlanStep",
    "Programme",
    "ProgrammeState",
    "ProgrammeTarget",
    "Promotion",
    "PublicPage",
    "ReasonCode",
    "RegisterState",
    "Registration",
    "RegistrationSource",
    "RegistrationState",
    "RegistrationStep",
    "Reminder",
    "RequestKey",
    "ReserveOrder",
    "Role",
    "Room",
    "RoomBlock",
    "RosterMapping",
    "Said",
    "SeatAllocation",
    "SeatRequest",
    "SeatRequestKind",
    "SeatRequestState",
    "SessionTrainer",
    "Series",
    "Sex",
    "SignInAttempt",
    "StoredFile",
    "Theme",
    "ThemeKind",
    "ThemeLeaflet",
    "ThemeUse",
    "Trainee",
    "TraineeKey",
    "Trainer",
    "TrainerAbsence",
    "Training",
    "TrainingInvitation",
    "TrainingSession",
    "TrainingState",
    "When",
    "User",
    "UserSession",
    "Venue",
    "programme_coordinator",
    "trainer_theme",
    "user_theme",
]
