"""Fixtures of redemption's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.redemption.tests.support import Bench, make_bench


@pytest.fixture
def bench(fresh_database: Any) -> Iterator[Bench]:
    """Redemption with an empty database that has heard of the world and of nobody in it."""
    made = make_bench(fresh_database("redemption").app)
    made.world()
    yield made
    made.database.dispose()
