"""What deaths hear of the ledger: estates settled, wallets given back."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import ledger
from libs.db import Connection
from libs.events import EventContext, hears
from services.accounts.core.store.store import Store
from services.accounts.deaths.store import DeathStore
from services.accounts.deaths.usecases.correct_death import hear_wallets_answer

ESTATE_SETTLED = "estate_settled"


@dataclass(frozen=True)
class TransferPosted:
    """Credit that went from somebody, and why."""

    reason: str
    debit_person_id: UUID | None


@dataclass(frozen=True)
class TransferRefused:
    """A wish of ours, or of another service, that the ledger refused."""

    cause_id: UUID | None
    code: str


@dataclass(frozen=True)
class WalletsUnfrozen:
    """The ledger gave back what a death took."""

    cause_id: UUID


@hears(ledger.TransferPosted)
def settle_estate(connection: Connection, context: EventContext, transfer: TransferPosted) -> None:
    """What a dead person left is with the heirs: their death is found mistaken no more."""
    if transfer.reason == ESTATE_SETTLED and transfer.debit_person_id is not None:
        DeathStore(connection).settle_estate(transfer.debit_person_id, at=context.now)


@hears(ledger.WalletsUnfrozen)
def give_back(connection: Connection, context: EventContext, unfrozen: WalletsUnfrozen) -> None:
    """Give the person back what their death took."""
    hear_wallets_answer(Store(connection), context, mistake_id=unfrozen.cause_id, code="")


@hears(ledger.TransferRefused)
def decline(connection: Connection, context: EventContext, refused: TransferRefused) -> None:
    """Say why it is not given back, if the wish was ours."""
    if refused.cause_id is not None:
        hear_wallets_answer(Store(connection), context, mistake_id=refused.cause_id, code=refused.code)
