"""Who calls, and what they may do at this moment: a token tells the person and the session, the directory the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from libs.db import Connection
from libs.errors import NotYetError


@dataclass(frozen=True)
class RoleAt:
    """A role held at a node of the tree; `lent_by_id`: whose it is while they are away."""

    role: str
    unit_id: UUID
    lent_by_id: UUID | None = None


@dataclass(frozen=True)
class Bearer:
    """All that a token says: for whom it speaks, in which session, and what that session may not.

    `one_factor`: a second factor is asked of staff, and none was shown in this session.
    """

    person_id: UUID
    session_id: UUID
    password_change_only: bool = False
    one_factor: bool = False


@dataclass(frozen=True)
class Actor:
    """The person who calls, as the service's directory knows them now.

    Suspended, they hold no role; nor do staff whose session lacks the second factor that is asked of them.
    """

    person_id: UUID
    roles: tuple[RoleAt, ...]
    session_id: UUID
    is_suspended: bool = False
    lacks_second_factor: bool = False

    @property
    def hands(self) -> frozenset[UUID]:
        """Return whose hands theirs count as: their own, and those of everybody whose role is lent to them."""
        return frozenset({self.person_id, *(held.lent_by_id for held in self.roles if held.lent_by_id)})


class Directory(Protocol):
    """Answers who somebody is now, from what the service itself keeps, by one statement."""

    def __call__(self, connection: Connection, bearer: Bearer) -> Callable[[], Actor]:
        """Ask, and return what reads the answer: inside `pipelined` it is there when that is left.

        Reading raises:
            Unauthorized: they may not call at all any more, or their session has ended.
            CallerNotYetKnownError: the service has not heard of them yet.
        """
        ...


class CallerNotYetKnownError(NotYetError):
    """This service has not heard of the caller yet: try again in a moment."""


class StandingChangedError(NotYetError):
    """The caller's roles have just changed: try again."""
