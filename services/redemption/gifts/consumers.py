"""What gifts hear: the ledger's answers, and a person who has gone."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, ledger
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.redemption.gifts import store
from services.redemption.gifts.usecases import record_answer

REASONS = frozenset({"gift", "donation", "goods"})


@dataclass(frozen=True)
class TransferAnswered:
    """The ledger's answer to what `cause_id` asked for; `reason` only of a transfer, `code` only of a refusal."""

    cause_id: UUID | None
    reason: str = ""
    code: str = ""


@hears(ledger.TransferPosted)
def posted(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The credit has moved."""
    if transfer.reason in REASONS and transfer.cause_id:
        record_answer.record_posted(connection, transfer.cause_id)


@hears(ledger.TransferRefused)
def refused(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The credit does not move."""
    if transfer.cause_id:
        record_answer.record_refused(connection, transfer.cause_id, code=transfer.code)


@hears(ledger.TransferReversed)
def reverse(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The credit was moved back."""
    if transfer.cause_id:
        record_answer.record_reversed(connection, transfer.cause_id)


@forgets(accounts.PersonState)
def forget_words(connection: Connection, _context: EventContext, subject: str) -> None:
    """Delete the words recorded about a person who has gone."""
    store.forget_words(connection, UUID(subject))
