"""What accounts hears of handovers: what came of them in orders."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.events import EventContext, hears
from libs.programme.words import WorkKind
from services.accounts.handovers import store
from services.accounts.handovers.rules import Moved


@dataclass(frozen=True)
class MovedTold:
    """Of one kind."""

    kind: WorkKind
    moved: int
    left: int


@dataclass(frozen=True)
class WorkMoved:
    """What orders holds has moved, as far as the receiver may have it."""

    handover_id: UUID
    results: tuple[MovedTold, ...]


@hears(orders.WorkMoved)
def note_results(connection: Connection, _context: EventContext, moved: WorkMoved) -> None:
    """Keep what came of a handover."""
    store.add_results(connection, moved.handover_id, [Moved(of.kind, of.moved, of.left) for of in moved.results])
