"""What accounts hears: the functions of its features."""

from libs.clock import Clock
from libs.events import EventContext, consumers_of
from libs.inbox import Consumers
from services.accounts.deaths import consumers as deaths
from services.accounts.duty import consumers as duty
from services.accounts.erasure import consumers as erasure
from services.accounts.handovers import consumers as handovers
from services.accounts.notices import consumers as notices
from services.accounts.privacy import consumers as privacy
from services.accounts.relations import consumers as relations

TOPICS_HEARD = ("timebank.orders.v1", "timebank.ledger.v1", "timebank.redemption.v1")
HEARERS = (deaths, duty, erasure, handovers, notices, privacy, relations)


def consumers(*, clock: Clock) -> Consumers:
    """Return accounts' consumers; `clock` dates what follows from an event."""
    return consumers_of(
        HEARERS,
        topics=TOPICS_HEARD,
        context=lambda event: EventContext(event.event_id, event.subject, clock.now()),
    )
