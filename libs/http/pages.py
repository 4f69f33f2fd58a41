"""Pages that stay stable while rows are added: the cursor is the sort key of the last row, sealed as text.

`Cursor` names the parts of a sort key and how each is read; a `Listing` (`libs.http.lists`) makes its own of its order:

    ORDERS = Cursor(start_at=an_instant, order_id=an_id)

What a caller sends is read part by part; whatever we could not have given out is refused, before any query sees it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.errors import InvalidError
from libs.http.fields import CURSOR_MAX, FIRST_YEAR, LAST_YEAR, MONTH_PATTERN
from libs.text import may_be_shown

Part = Callable[[object], Any]
_SEALED = re.compile(rf"[A-Za-z0-9_-]{{1,{CURSOR_MAX}}}", re.ASCII)
_NUMBER_MAX = (1 << 63) - 1
_TEXT_MAX = 200


class CursorInvalidError(InvalidError):
    """This cursor was not given out by this service."""


class Cursor:
    """The sort key of one list: the names of its parts, in order, and how each is read from what a caller sends."""

    def __init__(self, **parts: Part) -> None:
        self._parts = parts

    def pack(self, *key: object) -> str:
        """Return the text that stands for a sort key."""
        assert len(key) == len(self._parts), "a key has all its parts"
        return base64.urlsafe_b64encode(json.dumps(key, default=_as_text).encode()).decode().rstrip("=")

    def read(self, text: str | None) -> tuple[Any, ...] | None:
        """Return the sort key, each part of its own type; None for the first page.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        if not text:
            return None
        if not _SEALED.fullmatch(text):
            raise CursorInvalidError
        try:
            key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not isinstance(key, list):
                raise CursorInvalidError
            return tuple(read(sent) for read, sent in zip(self._parts.values(), key, strict=True))
        except (ValueError, RecursionError) as error:
            raise CursorInvalidError from error

    def after(self, text: str | None) -> Any:
        """Return the one part of the sort key of a list that has no more; None for the first page.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        key = self.read(text)
        return key[0] if key else None

    def page(self, rows: Sequence[dict[str, Any]], *, limit: int) -> dict[str, Any]:
        """Return {"items", "next"} of up to `limit` rows; ask the database for `limit` + 1 of them."""
        shown = list(rows[:limit])
        more = len(rows) > limit and bool(shown)
        return {"items": shown, "next": self.pack(*(shown[-1][name] for name in self._parts)) if more else None}


def an_id(sent: object) -> UUID:
    """Read a UUID as we write it."""
    found = UUID(_text_of(sent))
    if str(found) != sent:
        raise ValueError(sent)
    return found


def an_instant(sent: object) -> datetime:
    """Read an instant with its offset, in the years that the platform knows (and the hours that zones add)."""
    found = datetime.fromisoformat(_text_of(sent))
    if found.tzinfo is None or not FIRST_YEAR - 1 <= found.year <= LAST_YEAR + 1:
        raise ValueError(sent)
    return found


def a_day(sent: object) -> date:
    """Read a day of the years that the platform knows."""
    found = date.fromisoformat(_text_of(sent))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(sent)
    return found


def a_month(sent: object) -> str:
    """Read a month, YYYY-MM."""
    text = _text_of(sent)
    if not re.fullmatch(MONTH_PATTERN.strip("^$"), text, re.ASCII):
        raise ValueError(sent)
    return text


def a_number(sent: object) -> int:
    """Read a whole number from 0 to what a column holds."""
    if isinstance(sent, bool) or not isinstance(sent, int) or not 0 <= sent <= _NUMBER_MAX:
        raise ValueError(sent)
    return sent


def a_text(sent: object) -> str:
    """Read a short text that may be shown."""
    text = _text_of(sent)
    if len(text) > _TEXT_MAX or not may_be_shown(text):
        raise ValueError(sent)
    return text


def _text_of(sent: object) -> str:
    if not isinstance(sent, str):
        raise ValueError(sent)
    return sent


def _as_text(part: object) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)
