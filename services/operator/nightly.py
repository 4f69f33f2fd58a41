"""The nightly reconciliation: at NIGHTLY_HOUR by the platform's clock; its result is logged, counted and kept.

While events are on their way the services differ for a moment. So what is found is looked at again after a while, and
only what is found twice is told.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from libs.clock import PROGRAMME_ZONE, Clock, local_date
from libs.logs import get_logger
from libs.metrics import Gauge
from services.operator.reconcile import Difference, reconcile

NIGHTLY_HOUR = 3
CONFIRM_SECONDS = 5.0
KEPT_FILE = Path("run") / "reconciliation.json"
DIFFERENCES_KEPT_MAX = 100

DIFFERENCES = Gauge("reconciliation_differences", "Differences between the services found last night")
DONE_AT = Gauge("reconciliation_done_timestamp_seconds", "When the services were last compared")


@dataclasses.dataclass(frozen=True)
class Reconciliation:
    """What one night's comparison found."""

    night: date
    done_at: datetime
    differences: tuple[str, ...]

    def in_words(self) -> str:
        """Return it as one line for `timebank status`."""
        found = f"{len(self.differences)} differences" if self.differences else "the services agree"
        return f"reconciled in the night of {self.night.isoformat()}: {found}"


class Nightly:
    """Compares the services when a night is due that was not looked at yet."""

    def __init__(
        self, readers: Mapping[str, str], clock: Clock, kept: Path, *, pause: Callable[[float], object]
    ) -> None:
        """`kept` holds the last result; where there is none, the first night is the next one."""
        self._readers, self._clock, self._kept, self._pause = readers, clock, kept, pause
        last = last_reconciliation(kept)
        self._night = last.night if last else night_of(clock.now())
        if last is not None:
            _show(last)  # A platform that was started anew knows what its last night was like.

    def run_when_due(self) -> Reconciliation | None:
        """Compare, log, count and keep, or do nothing and return None when this night has been done."""
        night = night_of(self._clock.now())
        if night <= self._night:
            return None
        differences = self._confirmed()
        done = Reconciliation(night, self._clock.now(), tuple(_words(difference) for difference in differences))
        self._night = night
        _keep(self._kept, done)
        _show(done)
        log = get_logger()
        for difference in differences:
            log.error(
                "reconciliation_difference", check=difference.check, subject=difference.subject, words=difference.words
            )
        log.info("reconciled", night=night.isoformat(), differences=len(differences))
        return done

    def _confirmed(self) -> list[Difference]:
        first = {
            (difference.check, difference.subject) for difference in reconcile(self._readers, now=self._clock.now())
        }
        if not first:
            return []
        self._pause(CONFIRM_SECONDS)
        again = reconcile(self._readers, now=self._clock.now())
        return [difference for difference in again if (difference.check, difference.subject) in first]


def night_of(now: datetime, zone: str = PROGRAMME_ZONE) -> date:
    """Return the local day whose NIGHTLY_HOUR came last."""
    return local_date(now - timedelta(hours=NIGHTLY_HOUR), zone)


def last_reconciliation(kept: Path) -> Reconciliation | None:
    """Return what was kept last, or None when no night has been looked at."""
    try:
        found = json.loads(kept.read_text())
        return Reconciliation(
            date.fromisoformat(found["night"]), datetime.fromisoformat(found["done_at"]), tuple(found["differences"])
        )
    except (OSError, ValueError, KeyError):
        return None


def _show(done: Reconciliation) -> None:
    DIFFERENCES.set(to=len(done.differences))
    DONE_AT.set(to=int(done.done_at.timestamp()))


def _keep(kept: Path, done: Reconciliation) -> None:
    fresh = kept.with_suffix(".new")
    fresh.write_text(
        json.dumps(
            {
                "night": done.night.isoformat(),
                "done_at": done.done_at.isoformat(),
                "differences": done.differences[:DIFFERENCES_KEPT_MAX],
            }
        )
    )
    fresh.replace(kept)


def _words(difference: Difference) -> str:
    return f"{difference.check}: {difference.subject}: {difference.words}"
