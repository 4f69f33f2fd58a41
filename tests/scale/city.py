"""The plan of a generated city: who lives where, who helps whom when; the same for the same size, without chance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property, lru_cache
from uuid import UUID

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=timezone(timedelta(hours=8)))
PERSONS_OF_COMMUNITY = 2_000
COMMUNITIES_OF_STREET = 8
STREETS_OF_DISTRICT = 4
DISTRICTS_MAX = 16
DAYS_BEFORE, DAYS_AFTER = 700, 7
VOLUNTEER_EVERY = 3
HOURS = 9
PLACED_BEFORE = timedelta(days=3)
LISTED_EVERY = 10
MILLIDEGREE_E6 = 1_000
COMMUNITY_MILLIDEGREES = 14
"""How far the middles of two communities lie apart: about 1.5 km."""
SOUTH_MILLIDEG, WEST_MILLIDEG = 39_700, 116_100
_VERSION_7, _VARIANT = 0x7 << 76, 0b10 << 62


@lru_cache(maxsize=10_000)
def uid(*words: object) -> UUID:
    """Return the id that these words always have."""
    return UUID(bytes=hashlib.md5(repr(words).encode(), usedforsecurity=False).digest(), version=4)


def uid_at(moment: datetime, *words: object) -> UUID:
    """Return an id as clients make them: its beginning is the time."""
    rest = int.from_bytes(hashlib.md5(repr(words).encode(), usedforsecurity=False).digest(), "big")
    high, low = (rest >> 64) & 0xFFF, rest & ((1 << 62) - 1)
    return UUID(int=int(moment.timestamp() * 1000) << 80 | _VERSION_7 | high << 64 | _VARIANT | low)


@lru_cache(maxsize=10_000)
def hour_of(number: int) -> datetime:
    """Return the start of a working hour, counted from the first day of the plan."""
    day, hour = divmod(number, HOURS)
    return NOW.replace(hour=8 + hour) + timedelta(days=day - DAYS_BEFORE)


@dataclass(frozen=True)
class City:
    """So many persons and orders; a community has 2,000 persons however large the city is."""

    persons: int
    orders: int

    @cached_property
    def communities(self) -> int:
        """How many communities there are."""
        return max(2, self.persons // PERSONS_OF_COMMUNITY)

    @cached_property
    def streets(self) -> int:
        """How many streets."""
        return -(-self.communities // COMMUNITIES_OF_STREET)

    @cached_property
    def districts(self) -> int:
        """How many districts; beyond sixteen they grow, as a city's do."""
        return min(DISTRICTS_MAX, -(-self.streets // STREETS_OF_DISTRICT))

    @cached_property
    def _side(self) -> int:
        return int(self.communities**0.5) + 1

    def district_of(self, community: int) -> int:
        """Return the district of a community."""
        return community // COMMUNITIES_OF_STREET % self.districts

    def community_of(self, person: int) -> int:
        """Return where a person lives."""
        return person % self.communities

    def home_millideg(self, person: int) -> tuple[int, int]:
        """Return the latitude and longitude of a home, in thousandths of a degree."""
        community, place = self.community_of(person), person // self.communities
        up, across = divmod(community, self._side)
        spread = COMMUNITY_MILLIDEGREES
        latitude = SOUTH_MILLIDEG + up * spread + place % spread
        return latitude, WEST_MILLIDEG + across * spread * 4 // 3 + place // spread % spread

    def is_volunteer(self, person: int) -> bool:
        """Tell who helps; the others are helped."""
        return person // self.communities % VOLUNTEER_EVERY == 0

    def district_id(self, community: int) -> UUID:
        """Return the id of a community's district."""
        return uid("district", self.district_of(community))

    @cached_property
    def person_ids(self) -> list[str]:
        """All persons' ids, drawn at random."""
        return [str(uid.__wrapped__("person", person)) for person in range(self.persons)]

    def person_id(self, person: int) -> UUID:
        """Return a person's id."""
        return UUID(self.person_ids[person])

    @cached_property
    def order_ids(self) -> list[str]:
        """All orders' ids, in the order in which they were placed."""
        return [str(uid_at(self.start_of(n) - PLACED_BEFORE, "order", n)) for n in range(self.orders)]

    def units(self) -> list[tuple[UUID, UUID | None, str, UUID | None]]:
        """Return (unit, parent, level, district) of the whole tree, from the top."""
        city = uid("city")
        rows: list[tuple[UUID, UUID | None, str, UUID | None]] = [(city, None, "city", None)]
        rows += [(uid("district", n), city, "district", uid("district", n)) for n in range(self.districts)]
        for street in range(self.streets):
            district = uid("district", street % self.districts)
            rows.append((uid("street", street), district, "street", district))
        for community in range(self.communities):
            parent, district = uid("street", community // COMMUNITIES_OF_STREET), self.district_id(community)
            rows.append((uid("community", community), parent, "community", district))
        return rows

    def pair(self, order: int) -> tuple[int, int]:
        """Return who is helped and who helps: two of one community."""
        community = order % self.communities
        helped, count = self._helped, len(range(0, self.places, VOLUNTEER_EVERY))
        recipient = helped[order // self.communities * 17 % len(helped)]
        volunteer = order // self.communities * 13 % count * VOLUNTEER_EVERY
        return community + recipient * self.communities, community + volunteer * self.communities

    @cached_property
    def places(self) -> int:
        """How many persons every community has at least."""
        return self.persons // self.communities

    @cached_property
    def _helped(self) -> list[int]:
        return [place for place in range(self.places) if place % VOLUNTEER_EVERY]

    def start_of(self, order: int) -> datetime:
        """Return when an order begins: evenly over two years and the next days, in working hours, in order."""
        return hour_of(order * HOURS * (DAYS_BEFORE + DAYS_AFTER) // self.orders)

    def state_of(self, order: int) -> str:
        """Return how far an order has come by now."""
        days = (self.start_of(order) - NOW).days
        mark = order % 100
        if days >= 0:
            return "under_review" if mark < 5 else "taken" if mark < 50 else "published"
        if days >= -4:
            return "disputed" if mark < 2 else "finished" if mark < 30 else "confirmed"
        return "cancelled" if mark < 5 else "expired" if mark < 7 else "settled"

    @staticmethod
    def funding_of(order: int) -> str:
        """Return who pays: every second the programme, the others saved credit."""
        return "programme" if order % 2 else "credit"
