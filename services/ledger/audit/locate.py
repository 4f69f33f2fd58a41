"""Name the field of a row that was changed: the one whose true value makes the row's hash come out right again.

The true value is looked for where the journal tells it twice: the wallets' chains, the sibling legs of the posting, the
small ranges of codes. Where no candidate fits, the fields that are told only once are named together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.ledger.audit.packed import Row
from services.ledger.domain.leaf import hash_leaf
from services.ledger.domain.reasons import Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.wallets import NO_ID, Id
from services.ledger.store.rows import pack_leaf_of

POLICY_VERSIONS_MAX = 1_000
LEGS_TRIED_MAX = 200
WALLETS_TRIED_MAX = 50_000
MICROSECONDS_TRIED = 200_000
TOLD_ONCE = "one of request_id, cause, act_id, actor, checker, salt, effective_at, recorded_at"


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a row."""

    district_id: Id
    public_ids: Mapping[int, Id]
    before: Row | None
    sides: Mapping[int, tuple[int, int] | None]
    """(version, balance) of the row's wallets before it, where they were seen."""
    is_thorough: bool = True
    """Whether to try what takes a second: not again and again, when it was no use for rows before."""


def hash_of(row: Row, context: Context) -> bytes:
    """The hash of a row's leaf."""
    debit_id, credit_id = (context.public_ids.get(number, NO_ID) for number in (row.debit, row.credit))
    return hash_leaf(pack_leaf_of(row, context.district_id, debit_id, credit_id))


def name_field(row: Row, context: Context) -> tuple[str, str]:
    """The changed field and its true value; if the row itself hashes to no candidate, what it may be."""
    for name, value in candidates(row, context):
        if getattr(row, name) != value and hash_of(row._replace(**{name: value}), context) == row.leaf_hash:
            return name, value.hex() if isinstance(value, bytes) else str(value)
    return TOLD_ONCE + ", leaf_hash", ""


def candidates(row: Row, context: Context) -> Iterator[tuple[str, Any]]:
    """Values that a field may have had, likeliest first."""
    yield from _by_chain(row, context)
    yield from _by_sibling(row, context)
    small: dict[str, Iterable[int]] = {
        "reason": [int(reason) for reason in Reason],
        "outcome": range(64),
        "leg": range(LEGS_TRIED_MAX),
        "legs": range(LEGS_TRIED_MAX),
        "evidence": range(3),
        "policy_version": range(POLICY_VERSIONS_MAX),
    }
    for name, values in small.items():
        for value in values:
            yield name, value
    for name in ("debit", "credit"):
        for number in islice(context.public_ids, WALLETS_TRIED_MAX if context.is_thorough else 0):
            yield name, number
    yield from _by_time(row, context)


def _by_chain(row: Row, context: Context) -> Iterator[tuple[str, Any]]:
    for side, sign in (("debit", -1), ("credit", 1)):
        state = context.sides.get(getattr(row, side))
        after = getattr(row, f"{side}_after")
        if state is not None:
            yield f"{side}_version", state[0] + 1
            yield f"{side}_after", state[1] + sign * row.minutes
            yield "minutes", sign * (after - state[1])


def _by_sibling(row: Row, context: Context) -> Iterator[tuple[str, Any]]:
    """The row before may be a leg of the same posting; a plain request is often its own cause and act."""
    before = context.before
    for name in ("cause", "act_id", "actor", "checker"):
        yield name, NO_ID
        for other in ("cause", "act_id", "request_id"):
            yield name, getattr(row, other)
        if before is not None:
            yield name, getattr(before, name)
    yield "request_id", row.cause
    yield "request_id", row.act_id
    if before is not None:
        yield "request_id", request_id_after(before.request_id, str(row.leg))


def _by_time(row: Row, context: Context) -> Iterator[tuple[str, Any]]:
    """Times are often one another, or a little after the row before."""
    yield "effective_at", row.recorded_at
    yield "recorded_at", row.effective_at
    if context.before is not None:
        yield "effective_at", context.before.effective_at
        for later in range(1, MICROSECONDS_TRIED if context.is_thorough else 2):
            yield "recorded_at", context.before.recorded_at + later
