"""The trace of a request goes through the event to its effect, and on to what the effect publishes."""

from __future__ import annotations

from opentelemetry import context, propagate
from sqlalchemy.engine import Connection

from libs.inbox import Consumers, IncomingEvent
from libs.outbox.outbox import current_traceparent
from tests.events.world import World, note, until

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_effect_runs_in_the_trace_of_the_request(world: World) -> None:
    seen: list[str | None] = []

    def look(connection: Connection, event: IncomingEvent) -> None:
        seen.append(current_traceparent())
        note(connection, event)

    token = context.attach(propagate.extract({"traceparent": TRACE}))
    world.commit(world.fact())
    context.detach(token)
    world.commit(world.fact())
    with world.relaying(), world.consuming(Consumers([world.facts], {"sample.v1.Happened": look})):
        assert until(lambda: len(world.applied()) == 2)

    assert seen == [TRACE, None]
