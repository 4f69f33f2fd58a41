"""Balances, statements and batches on a large journal."""

from __future__ import annotations

from typing import Any


def measure(bench: Any, *, large: bool) -> None:
    """To be filled."""
