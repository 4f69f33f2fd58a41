"""What grants hear: the ledger's answers."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import ledger
from libs.db import Connection
from libs.events import EventContext, hears
from services.redemption.grants import usecases

REASON = "grant"


@dataclass(frozen=True)
class TransferAnswered:
    """The ledger's answer to what `cause_id` asked for; `reason` only of a transfer, `code` only of a refusal."""

    cause_id: UUID | None
    reason: str = ""
    code: str = ""


@hears(ledger.TransferPosted)
def posted(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The month's grants are made."""
    if transfer.reason == REASON and transfer.cause_id:
        usecases.record_answer(connection, transfer.cause_id, state="done")


@hears(ledger.TransferRefused)
def refused(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """None of the month's grants is made."""
    if transfer.cause_id:
        usecases.record_answer(connection, transfer.cause_id, state="declined", code=transfer.code)
