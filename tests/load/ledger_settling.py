"""How fast approved hours that wait in a topic are settled."""

from __future__ import annotations

from typing import Any


def measure(bench: Any, *, kafka: bool) -> None:
    """To be filled."""
