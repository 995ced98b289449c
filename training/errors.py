"""The refusals. Each one carries a sentence for the person who asked."""

from __future__ import annotations

from contextvars import ContextVar

from training.text import Message, msg

READER: ContextVar[str] = ContextVar("READER", default="")
"""The role of who reads the answer. It is empty where nobody is signed in: whoever can help is not sent to themselves."""


class DomainError(Exception):
    """A refusal; ``message`` says what is wrong and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message

    @property
    def explained(self) -> Message:
        """The text that the person sees: the sentence, and who can help when that is known."""
        return self.message


class NotFound(DomainError):
    """The thing does not exist, or this person may not see it. Both get the same answer."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(
            message or msg("We could not find this. It may have been moved, or the address is wrong.")
        )


class Invalid(DomainError):
    """A value is wrong; ``field`` names the form field (the keyword argument) at fault.

    It has no code, because the person who typed the value can always correct it beside the field.
    """

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


COORDINATOR, AGENCY, ADMINISTRATOR = (
    msg("the coordinator"),
    msg("the agency's focal point"),
    msg("an administrator"),
)
HELPS_IN_ROLE = {
    COORDINATOR.text: ("coordinator", "admin"),
    AGENCY.text: ("partner",),
    ADMINISTRATOR.text: ("admin",),
}
NOBODY, YOU, KEEPER = msg("This can no longer be changed."), msg("Load the page again first."), None
RESOLVED_BY: dict[str, Message | None] = {
    **dict.fromkeys(
        (
            "full",
            "elsewhere",
            "agency_full",
            "kept_for_others",
            "not_open",
            "too_early",
            "too_late",
            "offer_over",
            "cut_off",
            "begun",
            "asked",
            "not_held",
            "not_today",
            "finished",
            "decided",
            "not_yet",
            "asleep",
            "active",
            "not_confirmed",
            "closed",
            "has_trainings",
            "clash",
            "register_closed",
            "register_locked",
            "foreign",
            "registered",
            "replaced",
            "told",
        ),
        COORDINATOR,
    ),
    **dict.fromkeys(("twice", "gone", "moved", "last_lead", "not_lead", "inactive", "no_address"), AGENCY),
    **dict.fromkeys(("suspended", "postgresql", "not_empty"), ADMINISTRATOR),
    **dict.fromkeys(
        ("on_register", "missing", "not_begun", "not_ended", "not_closed", "register_open"), KEEPER
    ),
    **dict.fromkeys(
        ("state", "changed", "held", "same_moment", "merged", "exists", "nothing", "marked"), YOU
    ),
    **dict.fromkeys(
        ("ended", "answered", "built_on", "cancelled", "retired", "not_failed", "undone"), NOBODY
    ),
    "own_account": msg("another administrator"),
    "signed_in": msg("the person, by a new link"),
}
"""Code of a refusal → who can resolve it, or what comes next. Every ``Conflict`` uses one of these codes.

Only who keeps a register meets the refusals of ``KEEPER``, so their sentences say what to do.
"""


class Conflict(DomainError):
    """The state of the thing does not allow the step. ``code`` is a stable reason code for programs."""

    def __init__(self, message: Message, code: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def explained(self) -> Message:
        """The sentence, and what comes next or who else can help. The code is for programs: nobody reads it."""
        who = RESOLVED_BY[self.code]
        if who is None or READER.get() in HELPS_IN_ROLE.get(who.text, ()):
            return self.message
        if who in (NOBODY, YOU):
            return msg("%(sentence)s %(next)s", sentence=self.message, next=who)
        return msg("%(sentence)s Who can help: %(who)s.", sentence=self.message, who=who)


class TooMany(DomainError):
    """Too many tries; ``retry_after`` is in seconds."""

    def __init__(self, message: Message, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
