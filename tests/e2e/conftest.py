"""Folders that the database's unprivileged user can reach."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a new folder, and remove it."""
    yield from _open_folder()


@pytest.fixture(scope="module")
def lasting_place() -> Iterator[Path]:
    """Give a new folder for all tests of a module, and remove it."""
    yield from _open_folder()


def _open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="timebank-e2e-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
