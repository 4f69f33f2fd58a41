"""Who opens an emergency about somebody: those who have a reason to know of them. Anyone else says where and what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from libs.errors import ForbiddenError
from services.orders.incidents.refusals import IncidentsExceededError
from services.orders.welfare.rules import Ending

PER_HOUR_MAX = 5
PER_HOUR_BY_STAFF_MAX = 60


class IncidentKind(StrEnum):
    """What people are called to."""

    URGENT_CALL = "urgent_call"
    WELFARE_CHECK = "welfare_check"


class IncidentState(StrEnum):
    """Whether people still have to look at it."""

    ESCALATED = "escalated"
    CLOSED = "closed"


@dataclass(frozen=True)
class How:
    """How an incident ended: in a word, and in the words of who closed it."""

    outcome: str
    ending: Ending | None = None


@dataclass(frozen=True)
class Concern:
    """How a caller stands to the person an emergency is about."""

    is_self: bool = False
    is_relative: bool = False
    serves_today: bool = False
    is_staff_here: bool = False


def refuse_stranger(concern: Concern) -> None:
    """Refuse whoever names a person that is none of their concern; of an unknown person the same is said.

    Raises:
        ForbiddenError: neither the person, a verified relative or housemate, their volunteer of the day, nor staff.
    """
    if concern == Concern():
        raise ForbiddenError


def refuse_too_many(*, opened_last_hour: int, is_staff: bool) -> None:
    """Refuse one caller more emergencies than anybody can mean.

    Raises:
        IncidentsExceededError: the bound of an hour is reached.
    """
    most = PER_HOUR_BY_STAFF_MAX if is_staff else PER_HOUR_MAX
    if opened_last_hour >= most:
        raise IncidentsExceededError(per_hour_max=most)
