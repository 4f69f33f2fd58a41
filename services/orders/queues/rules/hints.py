"""What stands beside the flags: patterns of several visits or stops, which ask for a look, for no second signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from libs.translation import in_both, message

RING_DAYS, RING_PEOPLE_MAX, RING_VISITS_LEAST = 90, 4, 3
RECENT_DAYS = 30
NIGHT_BEGINS_HOUR, NIGHT_ENDS_HOUR = 22, 6
NIGHTS_LEAST, NIGHT_SHARE_PERCENT = 3, 50
DESK_PEOPLE_LEAST, DESK_SHARE_PERCENT = 8, 40
ROUND_OF_LAST, ROUND_LEAST, ROUND_MINUTES = 8, 6, 30
TWO = 2
MUTUAL = message("These two serve each other: %(visits)s visits or more each way in %(days)s days")
RING = message("%(people)s people serve one another in a ring: %(visits)s visits or more each in %(days)s days")
NIGHTS = message("%(nights)s of the volunteer's %(visits)s visits in %(days)s days began between 22:00 and 6:00")
ROUND = message("%(round)s of the volunteer's last %(visits)s visits lasted a multiple of %(minutes)s minutes")
DESK = message(
    "One person confirmed for %(people)s people in %(days)s days: %(confirmed)s of %(all)s confirmations of the place"
)
UNTICKED = message("None of the %(stops)s stops of this round was ticked")
Said = dict[str, str]
"""A hint, and its sentence in both languages."""


class Hint(StrEnum):
    """A pattern of several visits, or of the stops of a round."""

    MUTUAL_RING = "mutual_ring"
    UNUSUAL_HOURS = "unusual_hours"
    ONE_DESK = "one_desk"
    UNTICKED_ROUND = "unticked_round"
    ROUND_HOURS = "round_hours"


@dataclass(frozen=True)
class RingFacts:
    """The shortest ring of service through a visit: how many people, and the fewest visits between two of them."""

    people: int
    visits: int

    def hint(self) -> Said | None:
        """Return what is said where all of them serve again and again."""
        if self.visits < RING_VISITS_LEAST:
            return None
        words = MUTUAL if self.people == TWO else RING
        return _said(Hint.MUTUAL_RING, words, people=self.people, visits=self.visits, days=RING_DAYS)


@dataclass(frozen=True)
class NightFacts:
    """When a volunteer's visits of the last days began, this one at night."""

    nights: int
    visits: int

    def hint(self) -> Said | None:
        """Return what is said where most of them began at night."""
        if self.nights < NIGHTS_LEAST or self.nights * 100 < self.visits * NIGHT_SHARE_PERCENT:
            return None
        return _said(Hint.UNUSUAL_HOURS, NIGHTS, nights=self.nights, visits=self.visits, days=RECENT_DAYS)


@dataclass(frozen=True)
class DeskFacts:
    """How much whoever confirmed for the recipient confirmed for others, of all that was confirmed in the place."""

    people: int
    confirmed: int
    all: int

    def hint(self) -> Said | None:
        """Return what is said where one person confirms for very many."""
        if self.people < DESK_PEOPLE_LEAST or self.confirmed * 100 < self.all * DESK_SHARE_PERCENT:
            return None
        numbers = {"people": self.people, "confirmed": self.confirmed, "all": self.all}
        return _said(Hint.ONE_DESK, DESK, **numbers, days=RECENT_DAYS)


@dataclass(frozen=True)
class RoundFacts:
    """How many stops a round had, and at how many of them something was ticked."""

    stops: int
    ticked: int

    def hint(self) -> Said | None:
        """Return what is said where nothing says that the volunteer was at any door."""
        return None if self.ticked else _said(Hint.UNTICKED_ROUND, UNTICKED, stops=self.stops)


@dataclass(frozen=True)
class RoundHoursFacts:
    """How many of a volunteer's last visits, this one among them, lasted round minutes."""

    round: int
    visits: int

    def hint(self) -> Said | None:
        """Return what is said where most did: one odd visit ends a streak, and not this."""
        if self.visits < ROUND_OF_LAST or self.round < ROUND_LEAST:
            return None
        return _said(Hint.ROUND_HOURS, ROUND, round=self.round, visits=self.visits, minutes=ROUND_MINUTES)


Facts = RingFacts | NightFacts | DeskFacts | RoundFacts | RoundHoursFacts


def _said(hint: Hint, words: str, **numbers: int) -> Said:
    spoken = {language: text % numbers for language, text in in_both(words, module=__name__).items()}
    return {"hint": hint, **spoken}
