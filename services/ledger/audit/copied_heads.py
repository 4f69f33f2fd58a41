"""Compare the stored heads, the inner ones too, with the copies that the topic keeps of all that were ever signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg

from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.topic import CopiedHead

STORED = """
    SELECT c.size, c.root, c.note, c.signed_at FROM journal.checkpoint c JOIN journal.book b USING (book)
    WHERE b.district_id = %s AND c.size = ANY(%s)"""
UNTOLD = """
    SELECT c.size FROM journal.checkpoint c JOIN journal.book b USING (book)
    WHERE b.district_id = %s AND c.size <= %s ORDER BY c.size"""
NAMES = ("root", "note", "signed_at")


class CopiedHeads:
    """What was told of heads, of each district's log."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._sizes: dict[UUID, set[int]] = {}

    @property
    def number(self) -> int:
        """How many heads there were."""
        return sum(map(len, self._sizes.values()))

    def compare(self, heads: Sequence[CopiedHead]) -> Iterator[Finding]:
        """Name each head that is not stored as it was told."""
        for district_id in {head.district_id for head in heads}:
            copied = {head.size: head for head in heads if head.district_id == district_id}
            self._sizes.setdefault(district_id, set()).update(copied)
            rows = self._connection.execute(STORED, [district_id, list(copied)])
            stored = {row[0]: row for row in rows.fetchall()}
            for size, head in copied.items():
                yield from _differences(head, stored.get(size))

    def untold(self) -> Iterator[Finding]:
        """Name each stored head of which nobody was told, though larger ones were told."""
        for district_id, sizes in self._sizes.items():
            for (size,) in self._connection.execute(UNTOLD, [district_id, max(sizes)]):
                if size not in sizes:
                    field = f"size of checkpoint {size}"
                    yield Finding(Kind.DIFFERS_FROM_TOPIC, district_id, None, field, "no such head", str(size))


def _differences(head: CopiedHead, stored: tuple[Any, ...] | None) -> Iterator[Finding]:
    if stored is None:
        field = f"checkpoint of {head.size}"
        yield Finding(Kind.CHECKPOINT_MISSING, head.district_id, head.size, field, head.root.hex(), "nothing")
        return
    _, root, note, signed_at = stored
    told = (head.root.hex(), head.note, str(head.signed_at))
    found = (bytes(root).hex(), note, str(signed_at))
    for name, expected, value in zip(NAMES, told, found, strict=True):
        if expected != value:
            field = f"{name} of checkpoint {head.size}"
            yield Finding(Kind.DIFFERS_FROM_TOPIC, head.district_id, None, field, expected.strip(), value.strip())
