"""What orders hears: the directory of people and rules, and the functions of its features."""

from __future__ import annotations

from libs.clock import Clock
from libs.events import EventContext, consumers_of
from libs.inbox import Consumers
from services.orders.core import consumers as core
from services.orders.core.messages import TOPICS_HEARD
from services.orders.core.store.directory import DIRECTORY
from services.orders.duty import consumers as duty
from services.orders.erasure import consumers as erasure
from services.orders.handovers import consumers as handovers
from services.orders.placing import consumers as placing
from services.orders.series import consumers as series
from services.orders.service_time import consumers as service_time
from services.orders.serving import consumers as serving
from services.orders.untaken import consumers as untaken
from services.orders.visits import consumers as visits

HEARERS = (DIRECTORY, core, placing, untaken, series, serving, service_time, visits, duty, handovers, erasure)


def consumers(*, clock: Clock) -> Consumers:
    """Return the consumers of orders; `clock` dates what follows from an event."""
    return consumers_of(
        HEARERS,
        topics=TOPICS_HEARD,
        lacking=DIRECTORY.lacking,
        context=lambda event: EventContext(event.event_id, event.subject, clock.now()),
    )
