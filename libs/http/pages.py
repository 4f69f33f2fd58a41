"""Pages that stay stable while rows are added: the cursor is the sort key of the last row, sealed as text."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from libs.errors import InvalidError

PAGE_MAX = 200
PAGE_DEFAULT = 50


class CursorError(InvalidError):
    """The cursor is not one that we gave out."""

    code = "cursor_invalid"
    zh = "分页游标无效"
    en = "This cursor was not given out by this service"


class Cursor:
    """Packs and unpacks the sort key of the last row of a page."""

    @staticmethod
    def pack(*key: object) -> str:
        """Return the text that stands for a sort key."""
        return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")

    @staticmethod
    def unpack(text: str | None, parts: int) -> list[Any] | None:
        """Return the sort key, or None for the first page.

        Raises:
            CursorError: not a cursor of `parts` parts.
        """
        if not text:
            return None
        try:
            key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except ValueError as error:
            raise CursorError from error
        if not isinstance(key, list) or len(key) != parts:
            raise CursorError
        return key


def page_of(rows: Sequence[dict[str, Any]], *, limit: int, key: Sequence[str]) -> dict[str, Any]:
    """Return {"items", "next"} of up to `limit` rows; ask the database for `limit` + 1 of them."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return {"items": shown, "next": Cursor.pack(*(shown[-1][name] for name in key)) if more and shown else None}
