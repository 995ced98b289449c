"""What can be refused. Every refusal carries a sentence for the person who asked."""

from __future__ import annotations

from training.text import Message, msg


class DomainError(Exception):
    """A refusal; ``message`` says what is wrong and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message

    @property
    def explained(self) -> Message:
        """What the person who asked is shown: the sentence, and who can help where that is known."""
        return self.message


class NotFound(DomainError):
    """The thing does not exist, or not for this person: the two are answered alike."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(
            message or msg("We could not find this. It may have been moved, or the address is wrong.")
        )


class Invalid(DomainError):
    """A value is wrong; ``field`` names the form field (the keyword argument) at fault."""

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


COORDINATOR, AGENCY, NOBODY = msg("the coordinator"), msg("your agency"), msg("nobody any more")
RESOLVED_BY: dict[str, Message] = {
    "full": COORDINATOR, "agency_full": COORDINATOR, "kept_for_others": COORDINATOR, "not_open": COORDINATOR,
    "too_early": COORDINATOR, "too_late": COORDINATOR, "suspended": msg("an administrator"), "twice": AGENCY,
    "double": AGENCY, "ended": NOBODY, "offer_over": COORDINATOR, "begun": COORDINATOR, "asked": COORDINATOR,
}  # fmt: skip
"""Who can resolve a refusal, by its code."""


class Conflict(DomainError):
    """The thing's state does not allow it; ``code`` is a stable reason code where a program reads it."""

    def __init__(self, message: Message, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code

    @property
    def explained(self) -> Message:
        """The sentence with who can resolve it and the code, the same on a page, in a command and in an import."""
        who = RESOLVED_BY.get(self.code or "")
        if who is None:
            return self.message
        return msg(
            "%(sentence)s Who can help: %(who)s. (%(code)s)", sentence=self.message, who=who, code=self.code
        )


class TooMany(DomainError):
    """Too many tries; ``retry_after`` is in seconds."""

    def __init__(self, message: Message, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
