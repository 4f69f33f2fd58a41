"""What is told once after an act: it stays until the next page is opened, and does not vanish by itself."""

from __future__ import annotations

from flask import g, session

from services.web.kit.i18n import say

WORDS_MAX = 400


def tell(english: str, *, kind: str = "good", **values: object) -> None:
    """Say something on the next page that is shown."""
    session["told"] = [*session.get("told", []), [kind, say(english, **values)[:WORDS_MAX]]][-3:]


def messages_to_show() -> list[list[str]]:
    """Return what is to be said on this page."""
    if "messages" not in g:
        g.messages = session.pop("told", [])
    messages: list[list[str]] = g.messages
    return messages
