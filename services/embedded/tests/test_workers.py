"""The processes that make the demo city: order, refusals, a death, the end."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from services.embedded.city.api_client import CityError
from services.embedded.city.workers import Actors, Workers


class Counting:
    """Tells who counted what, in which order."""

    def __init__(self) -> None:
        self._count = 0

    def count(self, number: int) -> tuple[int, int, int]:
        """Return the number, this process and how many it had counted."""
        self._count += 1
        return number, os.getpid(), self._count

    def refuse(self, number: int) -> None:
        """Refuse everything."""
        raise CityError(f"no {number}")

    def die(self, number: int) -> None:
        """End the process as a kill does."""
        os._exit(number)


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two workers."""
    with tempfile.TemporaryFile() as log:
        yield Workers(_counting, workers=2, log=lambda: log.fileno())


def _counting() -> Actors:
    return (Counting(),)


def test_each_lane_does_its_own_in_order_and_the_results_keep_the_order_of_the_items(workers: Workers) -> None:
    results = workers.each("count", [5, 6, 7, 9], worker_of=lambda number: number % 2)
    workers.end()

    assert [number for number, _, _ in results] == [5, 6, 7, 9]
    assert results[0][1] == results[2][1] == results[3][1] != results[1][1]
    assert [count for number, _, count in results if number % 2] == [1, 2, 3]
    assert os.getpid() not in {pid for _, pid, _ in results}


@pytest.mark.parametrize(("act", "words"), [("refuse", "no 1"), ("die", "ended")])
def test_a_refusal_and_a_death_are_told(workers: Workers, act: str, words: str) -> None:
    with pytest.raises(CityError, match=words):
        workers.each(act, [1], worker_of=int)
