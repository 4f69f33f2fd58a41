"""The words of the programme that more than one service uses: one enumeration each.

A service that hears of a word by an event keeps it as it came, so that a word of a newer release stops nobody; rules
compare with the members here, which are texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PersonStatus(StrEnum):
    """Whether the platform still deals with the person."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DECEASED = "deceased"
    SEALED = "sealed"
    ERASED = "erased"


class Sex(StrEnum):
    """As registered."""

    FEMALE = "female"
    MALE = "male"


class Grade(StrEnum):
    """Ability by GB/T 42195, best first."""

    INTACT = "intact"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    TOTAL = "total"

    def is_worse_than(self, limit: Grade) -> bool:
        """Tell whether it is below a limit."""
        order = list(Grade)
        return order.index(self) > order.index(limit)


class Hardship(StrEnum):
    """Categories of special hardship of the city plans."""

    EMPTY_NEST_ALONE = "empty_nest_alone"
    DIBAO = "dibao"
    DIBIAN = "dibian"
    TEKUN = "tekun"
    SPECIAL_CARE = "special_care"
    LOST_ONLY_CHILD = "lost_only_child"
    SEVERE_DISABILITY = "severe_disability"


class Spoken(StrEnum):
    """What somebody speaks: the common language, a group of dialects, or signs."""

    PUTONGHUA = "putonghua"
    JIN = "jin"
    WU = "wu"
    HUI = "hui"
    GAN = "gan"
    XIANG = "xiang"
    MIN = "min"
    HAKKA = "hakka"
    YUE = "yue"
    PINGHUA = "pinghua"
    SIGN = "sign"


class VisitRisk(StrEnum):
    """How often someone is to be visited."""

    HIGH = "high"
    KEY = "key"
    GENERAL = "general"


class Role(StrEnum):
    """Everything a person may be; a staff role is held at a node of the organisation tree."""

    RECIPIENT = "recipient"
    VOLUNTEER = "volunteer"
    PROVIDER_WORKER = "provider_worker"
    COORDINATOR = "coordinator"
    CHECKER = "checker"
    OPERATOR = "operator"
    DISTRICT_ADMIN = "district_admin"
    CITY_ADMIN = "city_admin"
    CITY_AUDITOR = "city_auditor"


PERSON_ROLES = frozenset({Role.RECIPIENT, Role.VOLUNTEER, Role.PROVIDER_WORKER})
STAFF_ROLES = frozenset(Role) - PERSON_ROLES
WORKER_ROLES = frozenset({Role.VOLUNTEER, Role.PROVIDER_WORKER})
"""Who gives help: unpaid, or as a provider's staff."""
CITY_ROLES = frozenset({Role.CITY_ADMIN, Role.CITY_AUDITOR})
RANKS: Mapping[Role, int] = {
    **dict.fromkeys(PERSON_ROLES, 0),
    Role.OPERATOR: 1,
    Role.COORDINATOR: 1,
    Role.CHECKER: 2,
    Role.DISTRICT_ADMIN: 3,
    Role.CITY_AUDITOR: 4,
    Role.CITY_ADMIN: 4,
}
"""Who stands above whom; the auditor stands beside the city's administrators, so that none of them alone moves one."""
RANK_MAX = max(RANKS.values())


class WorkKind(StrEnum):
    """What waits for exactly one member of staff, and can be handed over to another."""

    ROLE_PROPOSAL = "role_proposal"
    DUTY = "duty"
    VISITS = "visits"
    SECOND_WORD = "second_word"


class UnitLevel(StrEnum):
    """How high a unit of the organisation tree stands."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    SERVICE_POINT = "service_point"


class Fallback(StrEnum):
    """What help is looked for when nobody takes an order."""

    PURCHASED = "purchased"
    MARKET = "market"


class Kinship(StrEnum):
    """What a `relative` is of a `person`: the child of, the spouse of, …"""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    OTHER = "other"
    FRIEND = "friend"

    @property
    def inverse(self) -> Kinship:
        """Return what the person is of the relative."""
        return Kinship(inverse_kinship(self))


_INVERSE: Mapping[str, str] = {
    Kinship.PARENT: Kinship.CHILD,
    Kinship.CHILD: Kinship.PARENT,
    Kinship.GRANDPARENT: Kinship.GRANDCHILD,
    Kinship.GRANDCHILD: Kinship.GRANDPARENT,
}
DIRECT_KINSHIP = frozenset({Kinship.SPOUSE, Kinship.PARENT, Kinship.CHILD, Kinship.GRANDPARENT, Kinship.GRANDCHILD})
"""Between whom credit is given and a relative may act under a grant."""
GUARDIAN_KINSHIP = frozenset({Kinship.PARENT, Kinship.GRANDPARENT})
"""Who accompanies a minor."""


def inverse_kinship(kind: str) -> str:
    """Return what the person is of the relative, who is their `kind`."""
    return _INVERSE.get(kind, kind)


PERSONS_MAX = 20
"""Volunteers of one order, whatever the rules of a district say."""


class Funding(StrEnum):
    """Who pays for the help."""

    CREDIT = "credit"
    PROGRAMME = "programme"
    POOL = "pool"
    PURCHASED = "purchased"


class EvidenceClass(StrEnum):
    """How well the minutes of a service are proved."""

    VERIFIED = "verified"
    ATTESTED = "attested"
