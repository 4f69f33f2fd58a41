"""A round of help in the demo city: the clock is moved, everybody does what it is time for, the services settle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from services.embedded.city.year import (
    ASKED_AT,
    ASKED_DAYS_BEFORE,
    CANCELLED_AT,
    CONFIRMED_AT,
    Help,
    Round,
)

Settle = Callable[[], None]


class MoveTo(Protocol):
    """Moves the clock."""

    def __call__(self, instant: datetime, *, look: bool = True) -> None:
        """Move it to an instant; with `look`, whatever is due before happens."""
        ...


ForEach = Callable[[str, list[Any]], list[Any]]
"""Does an act of `Helping` with each of a list."""


class Living:
    """Lives through the rounds, moving the clock and waiting for the services as it goes."""

    def __init__(self, *, each: ForEach, move_to: MoveTo, settle: Settle) -> None:
        self._each, self._move_to, self._settle = each, move_to, settle

    def live_through(self, a_round: Round) -> None:
        """Do everything of one round, in the order of its times."""
        helps, first_day = list(a_round.helps), a_round.days[0]
        self._move_to(a_round.at(first_day, ASKED_AT, days=-ASKED_DAYS_BEFORE))
        states = self._each("ask", helps)
        self._settle()
        if any(self._each("review", list(zip(helps, states, strict=True)))):
            self._settle()
        self._move_to(a_round.at(first_day, CANCELLED_AT, days=-ASKED_DAYS_BEFORE))
        self._each("take", helps)
        self._each("cancel", [one for one in helps if one.is_cancelled])
        for day in a_round.days:
            coming = a_round.helps_on(day)
            self._serve(coming)
            self._move_to(a_round.at(day, CONFIRMED_AT))
            self._each("confirm", coming)
            self._move_to(a_round.at(day, time(8), days=1))
            self._each("approve", coming)
        self._settle()

    def _serve(self, coming: list[Help]) -> None:
        moments: dict[datetime, dict[str, list[Help]]] = defaultdict(lambda: {"check_in": [], "check_out": []})
        for one in coming:
            arrival = one.start - timedelta(minutes=3)
            moments[arrival]["check_in"].append(one)
            moments[arrival + timedelta(minutes=one.served_minutes)]["check_out"].append(one)
        for number, moment in enumerate(sorted(moments)):
            # Nothing falls due within a day on which everybody comes and goes as planned.
            self._move_to(moment, look=number == 0)
            for act, those in moments[moment].items():
                self._each(act, those)
