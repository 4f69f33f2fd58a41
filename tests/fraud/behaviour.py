"""Two communities for two months, made from a seed: what honest people do, and who cheats how.

It knows nothing of what looks for cheats: it imports nothing of the platform, and its numbers are of people, not of
rules. Honest people forget, come late, have poor reception, lend their telephone; cheats know that they are watched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

BEGIN = datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))
DAYS = 60
COMMUNITIES = ("north", "south")
ALSO_CAUGHT_BY = {"invented_hours": "round_hours"}
"""What a second one should find, where a rule that is fixed finds few."""
HONEST = "honest"
CAUGHT_BY = {
    "elsewhere": "off_place",
    "two_places": "impossible_travel",
    "double_booked": "overlap",
    "invented_hours": "round_minutes",
    "sold_pair": "frequent_pair",
    "own_phone_confirms": "same_device",
    "lent_phone": "same_device",
    "endless_day": "over_daily_limit",
    "stretched": "overrun",
    "ring": "mutual_ring",
    "nights": "unusual_hours",
    "closed_loop": "one_desk",
}
"""What should find each way to cheat, by the name of its flag or hint."""
METRES_PER_DEGREE = 111_000
Spot = tuple[float, float]


@dataclass(frozen=True)
class Visit:
    """A visit as it would be reported: who, whom, when, where and with which telephone; and what it really was."""

    volunteer: str
    recipient: str
    place: str
    planned_minutes: int
    start: datetime
    came: datetime
    left: datetime
    home: Spot
    came_at: Spot
    phone: str
    confirmed_by: str
    confirm_phone: str
    is_forgotten: bool
    kind: str


@dataclass
class Community:
    """A neighbourhood: its elders, its volunteers, their homes, and the desk that helps those without a telephone."""

    name: str
    random: Random
    homes: dict[str, Spot] = field(default_factory=dict)
    without_phone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for number in range(24):
            elder = f"{self.name} elder {number}"
            self.homes[elder] = near((31.23, 121.47), 900, self.random)
            if self.random.random() < 0.25:
                self.without_phone.add(elder)
        for number in range(28):
            self.homes[f"{self.name} volunteer {number}"] = near((31.23, 121.47), 1500, self.random)

    @property
    def elders(self) -> list[str]:
        """Return those who are helped."""
        return [name for name in self.homes if "elder" in name]

    @property
    def volunteers(self) -> list[str]:
        """Return those who help."""
        return [name for name in self.homes if "volunteer" in name]


def near(spot: Spot, metres: float, random: Random) -> Spot:
    """Return a place about so far from another."""
    north, east = random.gauss(0, metres / 1.5), random.gauss(0, metres / 1.5)
    latitude, longitude = spot
    across = METRES_PER_DEGREE * math.cos(math.radians(latitude))
    return latitude + north / METRES_PER_DEGREE, longitude + east / across


def visits(seed: int, days: int = DAYS, communities: tuple[str, ...] = COMMUNITIES) -> list[Visit]:
    """Return all that is reported in the communities, by when it ended; only in the south the desk cheats."""
    random = Random(seed)
    made: list[Visit] = []
    for name in communities:
        community = Community(name, random)
        made += honest_visits(community, days)
        made += _cheating(community, days)
    return sorted(made, key=lambda visit: (visit.left, visit.volunteer))


def honest_visits(community: Community, days: int) -> Iterator[Visit]:
    """What the honest ones do: standing pairs, mostly by day, once or twice."""
    random = community.random
    honest = community.volunteers[:12]
    pairs = {name: random.sample(community.elders[:16], 3) for name in honest}
    # Two neighbours help each other now and then; a family doctor's widow sits with somebody who is dying.
    mutual = (honest[0], honest[1])
    for day in range(days):
        for name in honest:
            if random.random() < 0.45:
                for hour, elder in zip((9, 15), random.sample(pairs[name], random.choice((1, 1, 2))), strict=False):
                    yield _honest(community, name, elder, day, hour + random.choice((0, 0.5, 1)))
        if random.random() < 0.05:
            giver, taker = random.sample(mutual, 2)
            yield _honest(community, giver, taker, day, 18)
        if 20 <= day < 24:
            yield _honest(community, honest[2], community.elders[15], day, 22.5)


def _honest(community: Community, volunteer: str, elder: str, day: int, hour: float) -> Visit:
    random = community.random
    planned = random.choice((30, 60, 60, 90))
    late = max(-10, random.gauss(2, 6))
    # Some leave by the clock, most when what was to be done is done.
    stayed = planned if random.random() < 0.12 else max(20, planned + random.gauss(0, 9))
    is_forgotten = random.random() < 0.03
    home = community.homes[elder]
    reception = 400 if random.random() < 0.02 else 60
    own = f"{volunteer} phone"
    word, phone = _word(community, elder, own)
    start = _at(day, hour)
    came = start + timedelta(minutes=round(late))
    left = start + timedelta(minutes=planned) if is_forgotten else came + timedelta(minutes=round(stayed))
    return Visit(volunteer, elder, community.name, planned, start, came, max(left, came), home,
                 near(home, reception, random), own, word, phone, is_forgotten, HONEST)  # fmt: skip


def _word(community: Community, elder: str, own: str) -> tuple[str, str]:
    """Say who agrees, with which telephone: she, a daughter, the desk, nobody; rarely with the volunteer's."""
    random = community.random
    draw = random.random()
    if elder in community.without_phone:
        daughter = (f"{elder} daughter", f"{elder} daughter phone")
        return (f"{community.name} desk", f"{community.name} desk computer") if draw < 0.6 else daughter
    if draw < 0.02:
        return elder, own
    return ("", "") if draw < 0.08 else (elder, f"{elder} phone")


def _cheating(community: Community, days: int) -> Iterator[Visit]:
    """Return what the others report: each cheats in one way, on some days, beside a few honest visits."""
    cheats = community.volunteers[12:]  # Sixteen: each way has its own, a ring has three, the loop four.
    random = community.random
    for name in cheats:
        for day in range(0, days, 20):
            yield _honest(community, name, random.choice(community.elders[:16]), day + random.randrange(9), 8)
    ways = (
        _elsewhere, _two_places, _double_booked, _invented_hours, _sold_pair, _stretched, _own_phone, _endless_day,
        _nights,
    )  # fmt: skip
    for name, way in zip(cheats, ways, strict=False):
        yield from way(community, name, days)
    yield from _ring(community, cheats[9:12], days)
    yield from _lent_phone(community, cheats[6], cheats[7], days)
    if community.name == "south":
        yield from _closed_loop(community, cheats[12:], days)


def _false(community: Community, volunteer: str, elder: str, kind: str, day: int, hour: float, minutes: float = 60,
           **other: object) -> Visit:  # fmt: skip
    """Return a visit that is not what it says, in all else like an honest one."""
    random = community.random
    home = community.homes[elder]
    planned = 120 if minutes > 75 else 60
    start = _at(day, hour)
    came = start + timedelta(minutes=random.randrange(4))
    terms: dict[str, object] = {
        "planned_minutes": planned,
        "left": came + timedelta(minutes=round(minutes)),
        "came_at": near(home, 60, random),
        "phone": f"{volunteer} phone",
        "confirmed_by": elder,
        "confirm_phone": f"{elder} phone",
    }
    return Visit(volunteer=volunteer, recipient=elder, place=community.name, start=start, came=came, home=home,
                 is_forgotten=False, kind=kind, **(terms | other))  # type: ignore[arg-type]  # fmt: skip


def _elsewhere(community: Community, name: str, days: int) -> Iterator[Visit]:
    """From the sofa: the telephone is at home, sometimes not far from the elder's."""
    for day in range(2, days, 4):
        elder = community.random.choice(community.elders[16:])
        sofa = near(community.homes[elder], 1800, community.random)
        yield _false(community, name, elder, "elsewhere", day, 13, _about(community, 55), came_at=sofa)


def _two_places(community: Community, name: str, days: int) -> Iterator[Visit]:
    """Two visits without a way between them: the second place is kilometres off, a minute later."""
    for day in range(3, days, 5):
        first, second = community.random.sample(community.elders[16:], 2)
        yield _false(community, name, first, HONEST, day, 13, 58)
        far = near(community.homes[second], 4000, community.random)
        yield _false(community, name, second, "two_places", day, 14, _about(community, 50), came_at=far)


def _double_booked(community: Community, name: str, days: int) -> Iterator[Visit]:
    """Two elders at the same time."""
    for day in range(1, days, 5):
        first, second = community.random.sample(community.elders[16:], 2)
        yield _false(community, name, first, HONEST, day, 13, 60)
        yield _false(community, name, second, "double_booked", day, 13.4, _about(community, 48))


def _invented_hours(community: Community, name: str, days: int) -> Iterator[Visit]:
    """Hours written down and never served: round ones, but for the few that are to look lived."""
    for day in range(1, days, 2):
        elder = community.random.choice(community.elders[16:20])
        minutes = 60 if community.random.random() < 0.93 else 57
        yield _false(community, name, elder, "invented_hours", day, 13, minutes)


def _sold_pair(community: Community, name: str, days: int) -> Iterator[Visit]:
    """One elder, who agrees to everything: nearly every day."""
    for day in range(days):
        if community.random.random() < 0.75:
            yield _false(community, name, community.elders[20], "sold_pair", day, 13, _about(community, 62))


def _stretched(community: Community, name: str, days: int) -> Iterator[Visit]:
    """Half an hour of help, and the clock runs on."""
    for day in range(2, days, 4):
        elder = community.random.choice(community.elders[21:])
        yield _false(community, name, elder, "stretched", day, 16, _about(community, 122), planned_minutes=60)


def _own_phone(community: Community, name: str, days: int) -> Iterator[Visit]:
    """The volunteer holds the elder's account, and mostly agrees with the telephone that checked in."""
    for day in range(4, days, 4):
        elder = community.random.choice(community.elders[16:])
        phone = f"{name} phone" if community.random.random() < 0.85 else f"{name} old phone"
        yield _false(community, name, elder, "own_phone_confirms", day, 17, _about(community, 55), confirm_phone=phone)


def _lent_phone(community: Community, name: str, friend: str, days: int) -> Iterator[Visit]:
    """A friend carries both telephones, or one of them."""
    for day in range(2, days, 6):
        elder = community.random.choice(community.elders[16:])
        phone = f"{name} phone"
        yield _false(community, friend, elder, "lent_phone", day, 17, _about(community, 50), phone=phone)


def _endless_day(community: Community, name: str, days: int) -> Iterator[Visit]:
    """More hours than a day of work has: the last two of six are where it shows."""
    for day in range(6, days, 12):
        for number, hour in enumerate((6, 8, 10, 15, 17, 19)):
            kind = "endless_day" if number >= 4 else HONEST
            elder = community.elders[16 + number]
            yield _false(community, name, elder, kind, day, hour, _about(community, 104), planned_minutes=105)


def _ring(community: Community, names: list[str], days: int) -> Iterator[Visit]:
    """Three who serve one another, round and round."""
    for day in range(0, days, 4):
        for number, name in enumerate(names):
            other = names[(number + 1) % len(names)]
            kind = "ring" if day > 16 else HONEST
            yield _false(community, name, other, kind, day, 20, _about(community, 47))


def _nights(community: Community, name: str, days: int) -> Iterator[Visit]:
    """Entered in the evening from the sofa, as if it had been then."""
    for day in range(0, days, 1):
        if day % 10 < 6:
            elder = community.random.choice(community.elders[16:])
            yield _false(community, name, elder, "nights", day, 22.3, _about(community, 41))


def _closed_loop(community: Community, names: list[str], days: int) -> Iterator[Visit]:
    """The desk agrees for everybody, whoever has a telephone and whoever has none."""
    desk = f"{community.name} desk"
    for day in range(days):
        for name, hour in zip(names * 2, (7, 9, 10, 11, 13, 14, 15, 16), strict=False):
            elder = community.random.choice(community.elders[:16])
            minutes = _about(community, 31)
            yield _false(community, name, elder, "closed_loop", day, hour + 0.1, minutes, confirmed_by=desk,
                         confirm_phone=f"{desk} computer")  # fmt: skip


def _about(community: Community, minutes: int) -> float:
    """Return minutes that look lived."""
    return max(15, community.random.gauss(minutes, 4))


def _at(day: int, hour: float) -> datetime:
    return BEGIN + timedelta(days=day, minutes=round(hour * 60))
