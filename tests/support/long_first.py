"""In several processes the long tests begin first, so that none of them is what everybody waits for at the end."""

from __future__ import annotations

import os

import pytest

LONG_FOLDERS = (
    "tests/scenarios",
    "tests/faults",
    "tests/properties",
    "tests/e2e",
    "tests/events",
    "tests/contracts/bus",
    "tests/proof",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by folder; within one, the order stays as it was drawn."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda test: _place(test.nodeid))


def _place(nodeid: str) -> int:
    return next((place for place, folder in enumerate(LONG_FOLDERS) if nodeid.startswith(folder)), len(LONG_FOLDERS))
