"""What an order says that its reader may do with it: no page guesses it from the state."""

from __future__ import annotations

from typing import Any

from services.web.kit.i18n import by_language


def may(order: dict[str, Any], act: str) -> bool:
    """Tell whether the reader may do this with the order now."""
    return any(named["allowed"] for named in order.get("acts") or [] if named["act"] == act)


def barred(order: dict[str, Any], act: str) -> str:
    """Return what bars the reader from an act of theirs, in the page's language; empty where nothing does."""
    refused = [named for named in order.get("acts") or [] if named["act"] == act and not named["allowed"]]
    return by_language(refused[0]) if refused else ""
