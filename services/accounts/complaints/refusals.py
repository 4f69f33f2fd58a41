"""What complaints refuses, and why, in two languages."""

from libs.errors import ConflictError


class ComplaintOpenError(ConflictError):
    """An earlier complaint about the same is still waiting for its answer."""

    about: str
