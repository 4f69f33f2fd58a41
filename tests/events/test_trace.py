"""The trace of a request goes through the event to its effect, and on to what the effect publishes."""

from __future__ import annotations

from opentelemetry import context, propagate
from sqlalchemy.engine import Connection

from libs.clock import SystemClock
from libs.db import Database
from libs.http.app import Service, create_service_app
from libs.http.auth import Verifier
from libs.inbox import Consumers, IncomingEvent
from libs.outbox.outbox import current_traceparent
from libs.programme.standing import StandingDirectory
from tests.events.world import World, note, until
from tests.support.postgres import SAMPLE, FreshDatabase

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


def test_a_request_gives_its_trace_to_the_events_it_commits(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("sample").app)
    service = Service("sample", database, SystemClock(), StandingDirectory(), SAMPLE)
    app = create_service_app(service=service, blueprints=[], verifier=Verifier(dict), title="Sample")
    seen: list[str | None] = []

    def look() -> str:
        seen.append(current_traceparent())
        return ""

    app.add_url_rule("/look", "look", look)
    client = app.test_client()

    client.get("/look", headers={"traceparent": TRACE})
    client.get("/look")

    assert seen[0] == TRACE
    assert seen[1] not in (None, TRACE)
    assert current_traceparent() is None
    database.dispose()
