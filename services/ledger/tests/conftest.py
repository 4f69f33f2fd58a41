"""Fixtures of the ledger's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.ledger.tests.support import Ledger
from tests.support.postgres import FreshDatabase


@pytest.fixture
def ledger(fresh_database: FreshDatabase) -> Iterator[Ledger]:
    """A journal on a fresh, empty database."""
    ledger = Ledger(fresh_database("ledger").app)
    yield ledger
    ledger.database.dispose()
