"""What redemption hears: the directory of people and rules, and the functions of its features."""

from libs.clock import Clock
from libs.events import EventContext, consumers_of
from libs.inbox import Consumers
from services.redemption.core import consumers as core
from services.redemption.core.messages import TOPICS_HEARD
from services.redemption.core.store.directory import DIRECTORY
from services.redemption.entitlements import consumers as entitlements
from services.redemption.erasure import consumers as erasure
from services.redemption.estates import consumers as estates
from services.redemption.funding import consumers as funding
from services.redemption.gifts import consumers as gifts
from services.redemption.grants import consumers as grants
from services.redemption.requests import consumers as requests

HEARERS = (DIRECTORY, core, requests, funding, entitlements, gifts, grants, estates, erasure)


def consumers(*, clock: Clock) -> Consumers:
    """Return redemption's consumers; `clock` dates what follows from an event."""
    return consumers_of(
        HEARERS,
        topics=TOPICS_HEARD,
        lacking=core.lacking,
        context=lambda event: EventContext(event.event_id, event.subject, clock.now()),
    )
