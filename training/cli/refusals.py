"""A refusal is a sentence on stderr, and the exit status 1."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from training.errors import DomainError


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Print a refusal as a sentence on stderr and leave with status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DomainError as refusal:
            click.echo(str(refusal.explained), err=True)
            raise SystemExit(1) from None

    return run
