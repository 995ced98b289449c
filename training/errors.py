"""What can be refused. Every refusal carries a sentence for the person who asked."""

from __future__ import annotations

from training.text import Message, msg


class DomainError(Exception):
    """A refusal; ``message`` says what is wrong and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


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


class Conflict(DomainError):
    """The thing's state does not allow it; ``code`` is a stable reason code where a program reads it."""

    def __init__(self, message: Message, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class TooMany(DomainError):
    """Too many tries; ``retry_after`` is in seconds."""

    def __init__(self, message: Message, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
