"""What is refused of rounds."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError


class StopNotFoundError(NotFoundError):
    """This round has no such stop."""


class StopTickedError(ConflictError):
    """The stop was ticked before."""

    outcome: str
