"""Make the demo city once, behind a progress bar; an interrupted making goes on where it was."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.clock import local_date, local_midnight, machine_now, monotonic
from services.embedded.city.api_client import ApiClient, CityError
from services.embedded.city.founding import STEPS, Founders, Founding
from services.embedded.city.helping import Helping
from services.embedded.city.living import Living
from services.embedded.city.plan import Resident, Unit, make_city
from services.embedded.city.workers import Actors, Workers
from services.embedded.city.year import Help, make_year
from services.embedded.composition import Composition
from services.embedded.folder import DataFolder
from services.embedded.settings import RunOptions
from services.embedded.time_travel import Traveller

SETTLE_SECONDS_MAX = 120.0
BAR_WIDTH = 30
FOUNDING_SHARE_PERCENT = 25
RESIDENTS_AT_ONCE = 24


def is_built(folder: DataFolder) -> bool:
    """Tell whether the city of this folder is whole."""
    return bool(_state(folder).get("done"))


def build_city(compose: Callable[[], Composition], options: RunOptions, folder: DataFolder) -> None:
    """Make the city of the folder's seed, with a year of history that ends now; then let time flow.

    `compose` gives each process of the making connections of its own.
    """
    _Builder(compose, options, folder).build()


class _Builder:
    """One making of the city: what is done is written down, so that a later one begins behind it."""

    def __init__(self, compose: Callable[[], Composition], options: RunOptions, folder: DataFolder) -> None:
        self._folder = folder
        self._state = _state(folder) or {
            "seed": options.seed,
            "orders": options.city_orders,
            "today": local_date(machine_now()).isoformat(),
            "rounds": 0,
        }
        today = date.fromisoformat(self._state["today"])
        self._city = make_city(seed=self._state["seed"], today=today, city_id=Composition.city_id())
        self._districts = [unit.unit_id for unit in self._city.districts()]
        workers = min(len(self._districts), os.cpu_count() or 1)
        self._workers = Workers(self._actors(compose), workers=workers, log=lambda: folder.log("city"))
        composition = compose()
        self._flush = composition.flush
        self._traveller: Traveller = composition.traveller()
        self._bar = _Bar()

    def build(self) -> None:
        """Make what is missing."""
        state, city = self._state, self._city
        year = make_year(city, seed=state["seed"], orders=state["orders"])
        self._save()
        self._found()
        living = Living(each=self._help, move_to=self._move_to, settle=self._settle)
        for one in year:
            if one.number >= state["rounds"]:
                living.live_through(one)
                state["rounds"] = one.number + 1
                self._save()
            done = FOUNDING_SHARE_PERCENT + (100 - FOUNDING_SHARE_PERCENT) * (one.number + 1) // len(year)
            self._bar.show(done, one.days[-1].isoformat())
        self._move_to(machine_now())
        self._traveller.flow_on()
        state["done"] = True
        state["people"] = [
            {
                "login": resident.login,
                "name": resident.name,
                "unit": resident.home.name_zh,
                "person_id": str(resident.person_id),
            }
            for resident in city.residents
            if resident.login
        ]
        self._save()
        self._workers.end()
        self._bar.finish()

    def _found(self) -> None:
        """Make units, rules and people; all of it is repeated when it was interrupted, with no second effect."""
        if self._state.get("founded"):
            return
        city = self._city
        self._move_to(local_midnight(city.first_day) + timedelta(hours=8))
        for number, step in enumerate(STEPS):
            self._workers.each("found", [step], worker_of=lambda _: 0)
            self._settle()
            self._bar.show(2 + 2 * number, step)
        residents = [resident for resident in city.residents if not resident.staff]
        some = [part for district in self._districts for part in _parts(residents, district)]
        self._workers.each("bring_in", some, worker_of=lambda part: self._worker_of_resident(part[0]))
        self._bar.show(10, "people")
        self._workers.each("settle_in", residents, worker_of=self._worker_of_resident)
        self._bar.show(18, "people")
        self._settle()
        self._workers.each("tie", list(city.kinships), worker_of=lambda tie: self._worker_of_resident(tie.person))
        self._workers.each("fund_pool", city.districts(), worker_of=self._worker_of_unit)
        keepers = [resident for resident in city.residents if resident.paper_book_minutes]
        self._workers.each("bring_in_paper_book", keepers, worker_of=self._worker_of_resident)
        self._settle()
        self._state["founded"] = True
        self._save()

    def _help(self, act: str, items: list[Any]) -> list[Any]:
        """Do an act of help; every order is the work of its recipient's district."""
        return self._workers.each(act, items, worker_of=lambda one: self._worker_of_resident(_help_of(one).recipient))

    def _worker_of_resident(self, one: Resident) -> int:
        return self._worker_of_unit(one.home.above("district"))

    def _worker_of_unit(self, district: Unit) -> int:
        return self._districts.index(district.unit_id)

    def _actors(self, compose: Callable[[], Composition]) -> Callable[[], Actors]:
        def make() -> Actors:
            composition = compose()
            api = ApiClient(composition.front_door(), composition.tokens())
            founders = Founders(*composition.founders())
            founding = Founding(self._city, api, founders, orders=self._state["orders"])
            return founding, Helping(self._city, api)

        return make

    def _move_to(self, instant: datetime, *, look: bool = True) -> None:
        """Move the clock; a moment that an interrupted making has passed already is left behind us."""
        if not self._traveller.stands_still():
            self._traveller.begin_at(instant)
        moved = instant <= self._traveller.now() or self._traveller.pass_time(instant.astimezone(UTC), look=look)
        if not moved:
            raise CityError(f"not settled: {self._traveller.waiting()}")

    def _settle(self) -> None:
        if not self._traveller.settle(SETTLE_SECONDS_MAX):
            raise CityError(f"not settled: {self._traveller.waiting()}")

    def _save(self) -> None:
        self._flush()
        fresh = self._folder.city.with_suffix(".new")
        fresh.write_text(json.dumps(self._state, ensure_ascii=False))
        fresh.replace(self._folder.city)


class _Bar:
    """A progress bar on a terminal; a line now and then elsewhere."""

    def __init__(self) -> None:
        self._began = monotonic()
        self._shown = -1
        self._write: Callable[[str], object] = sys.stdout.write

    def show(self, percent: int, words: str) -> None:
        """Show how far it is; never less than before."""
        step = 1 if sys.stdout.isatty() else 10
        if percent // step <= self._shown // step and self._shown >= 0:
            return
        self._shown = percent
        filled = "#" * (percent * BAR_WIDTH // 100)
        line = f"  demo city [{filled:<{BAR_WIDTH}}] {percent:3d} %  {words:<12} {monotonic() - self._began:4.0f} s"
        self._write(f"\r{line}" if sys.stdout.isatty() else f"{line}\n")
        sys.stdout.flush()

    def finish(self) -> None:
        """End the line."""
        if sys.stdout.isatty():
            self._write("\n")


def _parts(residents: Sequence[Resident], district_id: UUID) -> list[list[Resident]]:
    """Return the residents of a district in tables of a size that one transaction takes easily."""
    mine = [resident for resident in residents if resident.home.above("district").unit_id == district_id]
    return [mine[first : first + RESIDENTS_AT_ONCE] for first in range(0, len(mine), RESIDENTS_AT_ONCE)]


def _help_of(asked: Help | tuple[Help, str]) -> Help:
    return asked[0] if isinstance(asked, tuple) else asked


def _state(folder: DataFolder) -> dict[str, Any]:
    try:
        found = json.loads(folder.city.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
