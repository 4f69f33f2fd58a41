"""What accounts hears: one function per event type."""

from collections.abc import Callable

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import Consumers, EventFunction
from services.accounts.core.store.store import Store
from services.accounts.core.store.vault import Vault
from services.accounts.deaths.consumers import give_back, settle_estate
from services.accounts.deaths.messages import TRANSFER_POSTED, TRANSFER_REFUSED, WALLETS_UNFROZEN
from services.accounts.erasure.consumers import hear_answer
from services.accounts.erasure.messages import ERASURE_ANSWERS
from services.accounts.privacy.consumers import end_with_order, open_on_taking
from services.accounts.privacy.messages import ORDER_ENDS, ORDER_TAKEN
from services.accounts.relations.consumers import keep_act_for
from services.accounts.relations.messages import ACTS_FOR

TOPICS = ("timebank.orders.v1", "timebank.ledger.v1", "timebank.redemption.v1")


def consumers(vault: Callable[[], Vault], *, clock: Clock) -> Consumers:
    """Return one function per event type heard; the vault is opened when it is first needed."""

    def store_on(connection: Connection) -> Store:
        return Store(connection, vault())

    functions: dict[str, EventFunction] = {
        event_type: hear_answer(store_on, service, clock) for service, event_type in ERASURE_ANSWERS.items()
    }
    functions[TRANSFER_POSTED] = settle_estate(store_on, clock)
    functions |= dict.fromkeys((WALLETS_UNFROZEN, TRANSFER_REFUSED), give_back(store_on, clock))
    functions[ORDER_TAKEN] = open_on_taking(store_on)
    functions |= dict.fromkeys(ORDER_ENDS, end_with_order(store_on))
    functions |= dict.fromkeys(ACTS_FOR, keep_act_for(store_on))
    return Consumers(topics=TOPICS, functions=functions)
