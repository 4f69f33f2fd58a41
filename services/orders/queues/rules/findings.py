"""What is unusual about a submission, in one sentence each with its own numbers, and what the pair did before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.translation import in_both, message
from services.orders.core.rules.evidence import FLAG_WORDS

AGAIN = 2
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
TEENS = range(11, 14)
PAIR = message("%(nth)s time in 30 days that these two meet")
ROUND = message("%(nth)s time this month that these two report exactly %(minutes)s minutes")
ROUND_FIRST = message("Exactly %(minutes)s minutes, in a long run of round numbers of the volunteer")
DAY = message("%(minutes)s minutes on that day, with the volunteer's other visits")
OVERRUN = message("%(minutes)s minutes were served, %(planned)s were planned")
PLACE = message("Checked in %(metres)s metres from the recipient's home")
LATE = message("Checked in %(minutes)s minutes after the agreed start")


@dataclass(frozen=True)
class PairFacts:
    """One volunteer's part of an order, and what is known around it."""

    order_id: UUID
    volunteer_id: UUID
    minutes: int
    planned_minutes: int
    late_minutes: int
    metres_from_home: int | None
    day_minutes: int
    """Of the volunteer on that day, all visits together."""
    pair_30_days: int
    """Visits of the two within 30 days, this one included."""
    same_minutes_in_month: int
    """Visits of the two in the month of this one, up to it, that took exactly as many minutes."""
    together_count: int
    since: datetime
    disputed_count: int
    reversed_count: int


def sentence_of(flag: str, parts: Collection[PairFacts]) -> dict[str, str]:
    """Return what a flag says of an order, in both languages; of several volunteers, of the one where it says most."""
    measured = _MEASURED.get(flag)
    if measured is None or not parts:
        return in_both(FLAG_WORDS[flag], module=__name__)
    measure, words_of = measured
    part = max(parts, key=measure)
    english = words_of(part)
    values = {
        "minutes": measure(part) if flag != "round_minutes" else part.minutes,
        "planned": part.planned_minutes,
        "metres": part.metres_from_home or 0,
    }
    count = measure(part)
    spoken = {"zh": str(count), "en": ordinal(count)}
    return {
        language: text % (values | {"nth": spoken[language]})
        for language, text in in_both(english, module=__name__).items()
    }


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st …"""
    ending = "th" if number % 100 in TEENS else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def _round_words(part: PairFacts) -> str:
    return ROUND if part.same_minutes_in_month >= AGAIN else ROUND_FIRST


_MEASURED: dict[str, tuple[Callable[[PairFacts], int], Callable[[PairFacts], str]]] = {
    "frequent_pair": (lambda part: part.pair_30_days, lambda _: PAIR),
    "round_minutes": (lambda part: part.same_minutes_in_month, _round_words),
    "over_daily_limit": (lambda part: part.day_minutes, lambda _: DAY),
    "overrun": (lambda part: part.minutes, lambda _: OVERRUN),
    "off_place": (lambda part: part.metres_from_home or 0, lambda _: PLACE),
    "late_check_in": (lambda part: part.late_minutes, lambda _: LATE),
}
