"""What estates hear: the ledger's answers, somebody found alive, and a person who has gone."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, ledger
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.redemption.estates import store, usecases
from services.redemption.estates.refusals import PersonNotDeceasedError

REASON = "estate_settled"


@dataclass(frozen=True)
class TransferAnswered:
    """The ledger's answer to what `cause_id` asked for; `reason` only of a transfer, `code` only of a refusal."""

    cause_id: UUID | None
    reason: str = ""
    code: str = ""


@dataclass(frozen=True)
class PersonDeathMistaken:
    """Somebody who lives."""

    person_id: UUID


@hears(ledger.TransferPosted)
def posted(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The credit has gone to the heir, or to the pool."""
    if transfer.reason == REASON and transfer.cause_id:
        usecases.record_answer(connection, transfer.cause_id, state="done")


@hears(ledger.TransferRefused)
def refused(connection: Connection, _context: EventContext, transfer: TransferAnswered) -> None:
    """The credit stays where it is."""
    if transfer.cause_id:
        usecases.record_answer(connection, transfer.cause_id, state="declined", code=transfer.code)


@hears(accounts.PersonDeathMistaken)
def end_proposals(connection: Connection, context: EventContext, mistaken: PersonDeathMistaken) -> None:
    """What was proposed about somebody who lives is decided by nobody."""
    code = PersonNotDeceasedError.code
    store.decline_estates(connection, mistaken.person_id, code=code, at=context.now)


@forgets(accounts.PersonState)
def forget_words(connection: Connection, _context: EventContext, subject: str) -> None:
    """Delete the words recorded about a person who has gone."""
    store.forget_words(connection, UUID(subject))
