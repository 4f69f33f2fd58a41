"""Domain ↔ protobuf: the only module of the ledger that knows the wire, and the generated table of powers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from libs.contracts.events import ledger as own
from libs.contracts.powers import POWERS
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from services.ledger.domain import outcomes
from services.ledger.domain.entries import Entry, leaf_bytes
from services.ledger.domain.errors import JOURNALLED, code_of
from services.ledger.domain.reasons import Outcome, Reason
from services.ledger.domain.wallets import NO_ID, PERSON_CLASSES, Id, WalletKey, wallet_id

TOPIC = "timebank.ledger.v1"
TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.orders.v1",
    "timebank.redemption.v1",
)
TOLD_AS_POSTED = frozenset((Reason.GRANT, Reason.ESTATE_SETTLED, Reason.ERASURE))
"""Notes of these reasons answer somebody who waits for transfers: there were none to make."""

__all__ = ["POWERS", "own"]


def type_of(kind: type[Message]) -> str:
    """The event type of a generated message class."""
    return str(kind.DESCRIPTOR.full_name)


def text_of(one: Id) -> str:
    """An id as the wire has it; empty when there is none."""
    if one == NO_ID:
        return ""
    digits = one.hex()  # Four times as fast as by way of a UUID, and there are dozens in a settlement.
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def encode(answer: outcomes.Answer) -> tuple[str, bytes]:
    """The event type and bytes of an answer of the rules."""
    message = _ENCODERS[type(answer)](answer)
    return type_of(type(message)), message.SerializeToString()


def _hold_placed(answer: outcomes.HoldPlaced) -> Message:
    return own.HoldPlaced(
        hold_id=text_of(answer.hold_id),
        district_id=text_of(answer.district_id),
        payer_id=text_of(answer.payer_id),
        amount_minutes=answer.minutes,
        parts=[
            own.HoldPart(wallet_id=text_of(part.wallet_id), wallet_class=part.wallet_class, amount_minutes=part.minutes)
            for part in answer.parts
        ],
        funding=answer.funding,
    )


def _hold_refused(answer: outcomes.HoldRefused) -> Message:
    return own.HoldRefused(
        hold_id=text_of(answer.hold_id),
        district_id=text_of(answer.district_id),
        code=answer.code,
        funding=answer.funding,
    )


def _hold_captured(answer: outcomes.HoldCaptured) -> Message:
    return own.HoldCaptured(
        hold_id=text_of(answer.hold_id),
        district_id=text_of(answer.district_id),
        captured_minutes=answer.captured_minutes,
        released_minutes=answer.released_minutes,
    )


def _hold_released(answer: outcomes.HoldReleased) -> Message:
    return own.HoldReleased(
        hold_id=text_of(answer.hold_id), district_id=text_of(answer.district_id), amount_minutes=answer.minutes
    )


def _hours_settled(answer: outcomes.HoursSettled) -> Message:
    awards = [
        own.Award(
            volunteer_id=text_of(award.volunteer_id),
            awarded_minutes=award.awarded_minutes,
            overflow_minutes=award.overflow_minutes,
            recovered_minutes=award.recovered_minutes,
            group_minutes=award.group_minutes,
        )
        for award in answer.awards
    ]
    return own.HoursSettled(
        posting_id=text_of(answer.posting_id),
        order_id=text_of(answer.order_id),
        district_id=text_of(answer.district_id),
        approval_id=text_of(answer.approval_id),
        settlement=answer.settlement,
        funding=answer.funding,
        awards=awards,
        paid_minutes=answer.paid_minutes,
        released_minutes=answer.released_minutes,
        policy_version=answer.policy_version,
        settled_at_us=answer.settled_at_us,
        issued_minutes=answer.issued_minutes,
    )


def _reversed(answer: outcomes.Reversed) -> Message:
    return own.TransferReversed(
        posting_id=text_of(answer.posting_id),
        district_id=text_of(answer.district_id),
        cause_id=text_of(answer.cause_id),
        order_id=text_of(answer.order_id),
        settlement=answer.settlement,
        shortfall_minutes=answer.shortfall_minutes,
    )


def _frozen(answer: outcomes.WalletsFrozen) -> Message:
    return own.WalletsFrozen(person_id=text_of(answer.person_id), district_id=text_of(answer.district_id))


def _unfrozen(answer: outcomes.WalletsUnfrozen) -> Message:
    return own.WalletsUnfrozen(
        person_id=text_of(answer.person_id),
        district_id=text_of(answer.district_id),
        cause_id=text_of(answer.cause_id),
        returned_minutes=answer.minutes,
    )


def _refused(answer: outcomes.Refused) -> Message:
    return own.TransferRefused(
        request_id=text_of(answer.request_id),
        district_id=text_of(answer.district_id),
        cause_id=text_of(answer.cause_id),
        code=answer.code,
        person_id=text_of(answer.person_id),
    )


_ENCODERS: dict[type, Callable[[Any], Message]] = {
    outcomes.HoldPlaced: _hold_placed,
    outcomes.HoldRefused: _hold_refused,
    outcomes.HoldCaptured: _hold_captured,
    outcomes.HoldReleased: _hold_released,
    outcomes.HoursSettled: _hours_settled,
    outcomes.Reversed: _reversed,
    outcomes.WalletsFrozen: _frozen,
    outcomes.WalletsUnfrozen: _unfrozen,
    outcomes.Refused: _refused,
}


def published(entry: Entry, answer: tuple[str, bytes] | None) -> tuple[str, bytes]:
    """The event of a row: its answer, or the transfer itself; with the row as the log keeps it."""
    if answer is None:
        message = _message_of(entry)
        answer = type_of(type(message)), message.SerializeToString()
    event_type, payload = answer
    # Bytes of protobuf messages of one type add up: the row is appended to what was made when it was posted.
    return event_type, payload + own.TransferPosted(entry=leaf_bytes(entry)).SerializeToString()


def type_without_answer(outcome: int, reason: int) -> str:
    """The event type of a row that has no answer of its own."""
    if outcome in JOURNALLED:
        return type_of(own.TransferRefused)
    is_note = outcome == Outcome.NOTED and Reason(reason) not in TOLD_AS_POSTED
    return type_of(own.EntryNoted if is_note else own.TransferPosted)


def _message_of(entry: Entry) -> Message:
    act = text_of(entry.act_id)
    if entry.outcome in JOURNALLED:
        return own.TransferRefused(
            request_id=text_of(entry.request_id),
            district_id=text_of(entry.district_id),
            cause_id=act,
            code=code_of(entry.outcome),
            person_id=_person(entry.debit),
        )
    if entry.is_noted() and Reason(entry.reason) not in TOLD_AS_POSTED:
        return own.EntryNoted(
            note_id=text_of(entry.request_id),
            district_id=text_of(entry.district_id),
            reason=Reason(entry.reason).label,
            person_id=_person(entry.debit) or _person(entry.credit),
            amount_minutes=entry.minutes,
            order_id=act,
            cause_id=act,
        )
    return own.TransferPosted(
        transfer_id=text_of(entry.request_id),
        posting_id=text_of(entry.cause),
        district_id=text_of(entry.district_id),
        debit_wallet_id=text_of(wallet_id(entry.debit)) if entry.debit else "",
        credit_wallet_id=text_of(wallet_id(entry.credit)) if entry.credit else "",
        amount_minutes=entry.minutes,
        reason=Reason(entry.reason).label,
        cause_id=act,
        order_id=act,
        effective_at_us=entry.effective_at,
        recorded_at_us=entry.recorded_at,
        debit_person_id=_person(entry.debit),
        credit_person_id=_person(entry.credit),
    )


def _person(key: WalletKey | None) -> str:
    return text_of(key.owner_id) if key and key.wallet_class in PERSON_CLASSES else ""


def erasure_answered(
    *, erasure_id: UUID, person_id: UUID, district_id: UUID, code: str, now: datetime
) -> OutgoingEvent:
    """The ledger's answer to an erasure: clear, or refused with its code."""
    message = own.ErasureAnswered(
        erasure_id=str(erasure_id), person_id=str(person_id), answer="refused" if code else "clear", code=code
    )
    return OutgoingEvent(
        event_id=id_from_cause(erasure_id, "ledger", "answer"),
        event_type=type_of(own.ErasureAnswered),
        topic=TOPIC,
        stream=f"answers/{district_id}",
        key=str(district_id),
        subject=str(person_id),
        payload=message.SerializeToString(),
        occurred_at=now,
    )


def checkpoint_signed(*, district_id: UUID, size: int, root: bytes, note: str, now: datetime) -> OutgoingEvent:
    """The signed head of a district's log; on a stream of its own, for the book's has the journal's positions."""
    message = own.CheckpointSigned(district_id=str(district_id), size=size, root=root, note=note)
    return OutgoingEvent(
        event_id=id_from_cause(district_id, "checkpoint", str(size)),
        event_type=type_of(own.CheckpointSigned),
        topic=TOPIC,
        stream=f"checkpoints/{district_id}",
        key=str(district_id),
        subject=str(district_id),
        payload=message.SerializeToString(),
        occurred_at=now,
    )
