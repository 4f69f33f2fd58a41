"""A cursor is read part by part, each of its own type; whatever we could not have given out is refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from libs.http.pages import Cursor, CursorInvalidError, Part, a_day, a_month, a_number, a_text, an_id, an_instant

NOTHING_OF_OURS: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 1.5, 1 << 31, 1 << 62, 1 << 63, 1 << 200, "", "x", "\0", "\ud83d", "\u202e", "0000-01",
    "0001-01-01", "9999-12-31", "2026-13", "2026-02", "2026-02-03", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00",
    "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00Z", "{2}", "00000000-0000-0000-0000-000000000001", "1" * 300,
    [], {}, [1], {"a": 1},
)  # fmt: skip
HIDDEN = ("\0", "\ud83d", "\u202e", "1" * 300)
ACCEPTED: dict[Part, set[object]] = {
    an_id: {"00000000-0000-0000-0000-000000000001"},
    an_instant: {"2026-01-01T00:00:00Z"},
    a_day: {"2026-02-03"},
    a_month: {"2026-02"},
    a_number: {0, 1, 1 << 31, 1 << 62},
    a_text: {one for one in NOTHING_OF_OURS if isinstance(one, str) and one not in HIDDEN},
}  # fmt: skip


def forged(*parts: object) -> str:
    """Return a cursor of these parts, as somebody would make it who knows how ours are packed."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize("part", ACCEPTED, ids=lambda part: part.__name__)
def test_a_part_of_another_type_is_refused(part: Part) -> None:
    cursor, taken = Cursor(key=part), []

    for value in NOTHING_OF_OURS:
        try:
            cursor.read(forged(value))
            taken.append(value)
        except CursorInvalidError:
            continue

    assert [one for one in taken if isinstance(one, bool | float | list | dict | None)] == []
    assert set(map(repr, taken)) == set(map(repr, ACCEPTED[part]))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!",
        "....",
        "a" * 401,
        "e30",
        "W10",
        forged(),
        forged(1, 2),
        "bnVsbA",
        "ＡＡ",
        "W1tbW1tb",
        "\0",
        "Zg==",
        "/+",
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalidError):
        Cursor(number=a_number).read(text)


def test_what_was_given_out_is_read_again_with_its_types() -> None:
    cursor = Cursor(at=an_instant, identity=an_id, day=a_day, month=a_month, number=a_number, name=a_text)
    key = (datetime(2026, 1, 2, 3, 4, 5, 6, UTC), UUID(int=7), date(2026, 1, 2), "2026-01", 1 << 40, "李")

    assert cursor.read(cursor.pack(*key)) == key
    assert cursor.read(None) is None
    assert cursor.read("") is None


def test_a_page_ends_with_the_key_of_its_last_row() -> None:
    cursor = Cursor(number=a_number)
    rows = [{"number": number} for number in (1, 2, 3)]

    page = cursor.page(rows, limit=2)

    assert [row["number"] for row in page["items"]] == [1, 2]
    assert cursor.after(page["next"]) == 2
    assert cursor.page(rows, limit=3)["next"] is None
