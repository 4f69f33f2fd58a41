"""A service that is away closes its part of a page, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from services.web.clients.api import ProblemError
from services.web.clients.transport import ServiceAwayError

T = TypeVar("T")


class Closed:
    """A part of a page whose service does not answer."""

    is_closed = True

    def __bool__(self) -> bool:
        return False


CLOSED = Closed()


def part_of_page(read: Callable[[], T]) -> T | Closed:
    """Return what a part of the page shows, or that it is closed."""
    try:
        return read()
    except ServiceAwayError:
        return CLOSED


def or_nothing(read: Callable[[], T], *statuses: int) -> T | None:
    """Return what is there; nothing where the API says that there is none (or names one of these statuses)."""
    try:
        return read()
    except ProblemError as error:
        if error.status in (statuses or (404,)):
            return None
        raise


def is_closed(part: Any) -> bool:
    """Tell whether a part of the page is closed, for templates."""
    return isinstance(part, Closed)


def rows_of(part: list[T] | Closed) -> list[T]:
    """Return the rows of a part of the page; none when it is closed."""
    return part if isinstance(part, list) else []
