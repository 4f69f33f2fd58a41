"""The refusals that more than one feature gives."""

from __future__ import annotations

from libs.errors import ConflictError, ForbiddenError, NotFoundError


class OrderNotFoundError(NotFoundError):
    """There is no such order."""


class NotAssignedError(ForbiddenError):
    """The caller is not the volunteer of this order."""


class NobodyReceivesError(ConflictError):
    """This order has no recipient."""


class WrongOrderStateError(ConflictError):
    """The order's state does not allow this."""

    state: str
    verb: str | None = None
