"""What is heard of erasures: accounts' question."""

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, hears
from services.redemption.erasure.usecases import ErasureRequested, answer_erasure


@hears(accounts.ErasureRequested)
def answer(connection: Connection, context: EventContext, asked: ErasureRequested) -> None:
    """Answer whether something is open."""
    answer_erasure(connection, context, asked)
