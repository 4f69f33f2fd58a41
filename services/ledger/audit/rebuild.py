"""`timebank ledger rebuild`: every projection of the journal anew, beside the running one; compared; swapped.

What is derived from the journal and kept are the logs' static tiles (no balance is stored anywhere). And the journal
itself can be had again from its topic: every event carries its row as the log keeps it, so the roots must be the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from libs.db.database import plain_url
from libs.tlog.merkle import EMPTY_ROOT, root_of
from libs.tlog.tiles import TileWriter
from services.ledger.audit.heads import HEADS
from services.ledger.domain.leaf import hash_leaf, unpack_leaf

LEAVES_AT_ONCE = 20_000
LEAVES = "SELECT leaf_hash FROM journal.entry WHERE book = %s AND pos > %s ORDER BY pos LIMIT %s"
LAST_CHECKPOINT = "SELECT size, root FROM journal.checkpoint WHERE book = %s ORDER BY size DESC LIMIT 1"
KEPT_FILES = ("checkpoint", "trust", "alarm")


class RootDiffersError(Exception):
    """What was rebuilt is not what was signed; nothing was swapped."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One log, made anew."""

    district_id: UUID
    size: int
    root: bytes
    was_same: bool
    """Whether the tiles that were there had the same content."""


def run(url: str, log_folder: Path) -> list[Rebuilt]:
    """Make the tiles of every log anew beside the running ones, compare with the signed heads, and swap them in.

    Raises:
        RootDiffersError: the journal does not give the root that was signed.
    """
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        books = connection.execute(HEADS).fetchall()
        return [_rebuild(connection, book, district_id, log_folder) for book, district_id, _ in books]


def _rebuild(connection: psycopg.Connection[Any], book: int, district_id: UUID, log_folder: Path) -> Rebuilt:
    running, beside = log_folder / str(district_id), log_folder / f"{district_id}.rebuilt"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    signed = connection.execute(LAST_CHECKPOINT, [book]).fetchone()
    size, expected = (signed[0], bytes(signed[1])) if signed else (0, EMPTY_ROOT)
    tree = TileWriter(beside)
    for leaves in _leaves(connection, book, size):
        tree.extend(leaves)
    if tree.size != size or tree.root() != expected:
        raise RootDiffersError(
            f"{district_id}: {tree.size} rows, {tree.root().hex()}; signed: {size}, {expected.hex()}"
        )
    tree.flush()
    was_same = _same_tiles(running, beside)
    _swap(running, beside)
    return Rebuilt(district_id, size, expected, was_same)


def _leaves(connection: psycopg.Connection[Any], book: int, size: int) -> Iterator[list[bytes]]:
    done = 0
    while done < size:
        rows = connection.execute(LEAVES, [book, done, min(LEAVES_AT_ONCE, size - done)]).fetchall()
        if not rows:
            return
        yield [bytes(leaf) for (leaf,) in rows]
        done += len(rows)


def _same_tiles(running: Path, beside: Path) -> bool:
    """Whether every rebuilt tile is there already with the same content."""
    rebuilt = [path for path in beside.rglob("*") if path.is_file()]
    return all(
        (running / path.relative_to(beside)).is_file()
        and (running / path.relative_to(beside)).read_bytes() == path.read_bytes()
        for path in rebuilt
    )


def _swap(running: Path, beside: Path) -> None:
    """Put the rebuilt tiles in the place of the running ones; a reader finds the one or the other."""
    for name in KEPT_FILES:
        if (running / name).exists():
            shutil.copy2(running / name, beside / name)
    old = running.with_name(f"{running.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if running.exists():
        running.rename(old)
    beside.rename(running)
    shutil.rmtree(old, ignore_errors=True)


def replayed_roots(entries: Iterable[bytes], *, sizes: dict[UUID, int]) -> dict[UUID, bytes]:
    """The roots of the logs from the rows that the topic's events carry, in order; up to the sizes asked for.

    Raises:
        RootDiffersError: a row is missing.
    """
    logs: dict[UUID, list[bytes]] = {}
    for entry in entries:
        fields = unpack_leaf(entry)
        district_id, position = UUID(bytes=fields["district_id"]), fields["pos"]
        log = logs.setdefault(district_id, [])
        if position <= len(log):
            continue  # Delivered again.
        if position != len(log) + 1:
            raise RootDiffersError(f"{district_id}: position {len(log) + 1} is missing")
        log.append(hash_leaf(entry))
    return {district_id: root_of(log[: sizes.get(district_id, len(log))]) for district_id, log in logs.items()}
