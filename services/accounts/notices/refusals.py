"""What is refused of notices."""

from libs.errors import ConflictError, ForbiddenError


class NotOnCallListError(ConflictError):
    """Nobody has to call about this any more."""

    state: str


class NotOfTheGatewayError(ForbiddenError):
    """What says what became of a message is not signed by the gateway that was given it, or too old."""
