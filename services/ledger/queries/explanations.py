"""Why a balance is what it is: every transfer with its order, evidence, approvals and policy version, no remainder."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.translation import in_both, message
from services.ledger.domain.entries import Entry
from services.ledger.domain.reasons import BETWEEN_TWINS, SETTLING, Evidence, Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.wallets import HELD_TWIN, NO_ID, Id, WalletClass, WalletKey, wallet_id
from services.ledger.queries.entries import (
    as_transfer,
    entries_by_request,
    entries_of_act,
    entries_of_wallet,
    find_number,
    text_id,
)
from services.ledger.queries.scope import Sight

ROWS_MAX = 5_000

WORDS = {
    Reason.HOURS_APPROVED: message("Approved hours, paid by the programme or the pool"),
    Reason.REDEMPTION_CAPTURED: message("Help paid by saved credit"),
    Reason.CAP_OVERFLOW: message("What a cap kept back"),
    Reason.GROUP_HOURS: message("Hours given by a group, to the pool"),
    Reason.RECOVERY: message("Kept back to make good an earlier reversal"),
    Reason.GRANT: message("Monthly grant"),
    Reason.GRANT_RETURNED: message("Unused grant back to the pool"),
    Reason.GIFT: message("Gift"),
    Reason.DONATION: message("Donation to the pool"),
    Reason.POOL_FUNDED: message("Issued into the pool by two people"),
    Reason.GOODS: message("Goods or benefits"),
    Reason.MIGRATION: message("From an old book, by two people"),
    Reason.STARTING_CREDIT: message("Starting credit of a new volunteer"),
    Reason.REVERSAL: message("Reversal"),
    Reason.REVERSAL_SHORTFALL: message("Issuance makes good what a reversal could not recover"),
    Reason.ESTATE_SETTLED: message("A dead person's credit"),
    Reason.ERASURE: message("Given to the pool at erasure"),
    Reason.DISTRICT_MOVE: message("Moved with the person to another district"),
    Reason.HOLD: message("Set aside"),
    Reason.HOLD_RELEASED: message("Given back from a hold"),
}


def explain_transfer(connection: Connection, entry: Entry, sight: Sight) -> dict[str, Any]:
    """A transfer with the posting it belongs to, and everything that happened about the same act, as far as seen."""
    posting = entries_by_request(connection, [_leg_id(entry, leg) for leg in range(entry.legs)])
    act = entries_of_act(connection, UUID(bytes=entry.act_id)) if entry.act_id != NO_ID else posting
    words = in_both(WORDS.get(Reason(entry.reason), Reason(entry.reason).label), module=__name__)
    posting, act = _seen(posting, sight), _seen(act, sight)
    return {
        "transfer": as_transfer(entry, sight.sees),
        "words": words,
        "posting": [as_transfer(row, sight.sees) for row in posting],
        "evidence": _evidence(entry, posting),
        "history": [as_transfer(row, sight.sees) for row in act if row.request_id != entry.request_id],
    }


def _seen(rows: list[Entry], sight: Sight) -> list[Entry]:
    """Those of one's own, or in scope: a grant run names all who had one."""
    return [row for row in rows if sight.sees_row(row.debit, row.credit, UUID(bytes=row.district_id))]


def _leg_id(entry: Entry, leg: int) -> Id:
    """The id of another leg of the same posting; a posting's first leg gives the others theirs."""
    if leg == entry.leg:
        return entry.request_id
    if entry.leg == 0:
        return request_id_after(entry.request_id, str(leg))
    return NO_ID


def _evidence(entry: Entry, posting: list[Entry]) -> dict[str, Any]:
    """What stands behind it: the order, how well its hours are evidenced, who approved, under which rules."""
    classes = sorted({Evidence(row.evidence).name.lower() for row in posting if row.evidence})
    is_service = Reason(entry.reason) in SETTLING
    return {
        "order_id": text_id(entry.act_id) if is_service else None,
        "evidence_classes": classes,
        "approved_by": [one for one in (text_id(entry.actor), text_id(entry.checker)) if one],
        "policy_version": entry.policy_version or None,
        "district_id": str(UUID(bytes=entry.district_id)),
    }


def explain_balance(connection: Connection, wallet: UUID) -> dict[str, Any] | None:
    """A wallet's balance, what is held included, as the sum of its transfers; the remainder must be 0."""
    found = find_number(connection, wallet)
    if found is None:
        return None
    number, key = found
    rows = _rows(connection, number, key)
    parts = [_part(row, key) for row in rows if Reason(row.reason) not in BETWEEN_TWINS]
    balance = sum(_last_balances(rows, key).values())
    explained = sum(part["signed_minutes"] for part in parts)
    return {
        "wallet_id": str(wallet),
        "class": WalletClass(key.wallet_class).name.lower(),
        "balance_minutes": balance,
        "explained_minutes": explained,
        "remainder_minutes": balance - explained,
        "by_reason": _by_reason(parts),
        "parts": parts,
    }


def _rows(connection: Connection, number: int, key: WalletKey) -> list[Entry]:
    rows = entries_of_wallet(connection, number, limit=ROWS_MAX)
    if key.wallet_class in HELD_TWIN:
        twin = find_number(connection, UUID(bytes=wallet_id(key.twin())))
        if twin is not None:
            seen = {row.request_id for row in rows}
            more = entries_of_wallet(connection, twin[0], limit=ROWS_MAX)
            rows += [row for row in more if row.request_id not in seen]
    return sorted(rows, key=lambda row: row.pos)


def _last_balances(rows: list[Entry], key: WalletKey) -> dict[WalletKey, int]:
    """The balances of the wallet and its twin, read off their last rows and not off the sum."""
    keys = [key, key.twin()] if key.wallet_class in HELD_TWIN else [key]
    sides = [(row.debit, row.debit_after) for row in rows], [(row.credit, row.credit_after) for row in rows]
    return {side: after for pair in zip(*sides, strict=True) for side, after in pair if side in keys}


def _part(row: Entry, key: WalletKey) -> dict[str, Any]:
    is_debit = row.debit is not None and row.debit.base() == key
    transfer = as_transfer(row, _nothing)
    words = in_both(WORDS.get(Reason(row.reason), Reason(row.reason).label), module=__name__)
    return {
        "transfer_id": transfer["transfer_id"],
        "signed_minutes": -row.minutes if is_debit else row.minutes,
        "reason": transfer["reason"],
        "words": words,
        "cause_id": transfer["cause_id"],
        "order_id": transfer["cause_id"] if Reason(row.reason) in SETTLING else None,
        "evidence_class": transfer["evidence_class"],
        "approved_by": [one for one in (transfer["actor_id"], transfer["checker_id"]) if one],
        "policy_version": transfer["policy_version"],
        "effective_at": transfer["effective_at"],
        "recorded_at": transfer["recorded_at"],
        "position": row.pos,
    }


def _nothing(_wallet: WalletKey) -> bool:
    """No balance is part of an explanation's lines."""
    return False


def _by_reason(parts: list[dict[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        sums[part["reason"]] = sums.get(part["reason"], 0) + part["signed_minutes"]
    return sums
