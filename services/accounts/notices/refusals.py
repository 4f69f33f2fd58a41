"""What is refused of notices."""

from libs.errors import ConflictError


class NotOnCallListError(ConflictError):
    """Nobody has to call about this any more."""

    state: str
