"""What relations hear of the others: what was done for somebody."""

from libs.db import Connection
from libs.inbox import EventFunction, IncomingEvent
from services.accounts.core.store.store import StoreOn
from services.accounts.relations.messages import act_for_of


def keep_act_for(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        store_on(connection).records.add_act_for(act_for_of(event))

    return hear
