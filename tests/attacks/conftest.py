"""One platform for the attacks that need a whole one and leave it as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.city import City, open_city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Give a city with one person of each role and one settled order."""
    with open_city(tmp_path_factory.mktemp("city")) as opened:
        yield opened
