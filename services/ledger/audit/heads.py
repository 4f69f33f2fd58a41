"""How far each book has come."""

from __future__ import annotations

from uuid import UUID

Head = tuple[int, UUID, int]
"""A book's number and district, and the last position in it."""

HEADS = """
    SELECT b.book, b.district_id, coalesce((SELECT max(e.pos) FROM journal.entry e WHERE e.book = b.book), 0)
    FROM journal.book b ORDER BY b.book"""
