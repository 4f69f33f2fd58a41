"""A trace ends at a row, with a link to the trace in which the row is told; the row itself keeps none."""

from __future__ import annotations

from uuid import UUID

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from libs.clock import SystemClock
from libs.db import Database
from libs.outbox.envelope import pack
from libs.outbox.source import Stream
from services.ledger import messages
from services.ledger.bootstrap import create_sources
from services.ledger.tests.stories import approval, give, hold, served
from services.ledger.tests.support import EAST, Ledger, earned, issue, new
from services.ledger.usecases.post import Postings
from services.ledger.usecases.poster import Poster

STREAM = Stream(messages.TOPIC, str(UUID(bytes=EAST)))


@pytest.fixture
def span() -> trace.Span:
    """What runs while the ledger posts: a request, or an event that is handled."""
    return TracerProvider(sampler=ALWAYS_ON).get_tracer("test").start_span("the cause", context=Context())


def links_of(span: trace.Span) -> list[str]:
    return [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links]  # type: ignore[attr-defined]


def told(ledger: Ledger, *, percent: int | None) -> list[str]:
    """Return the trace that each row is told in, as the broker's record has it; empty for none."""
    with ledger.database.reading() as connection:
        events = create_sources(traces_percent=percent)[0].read(connection, STREAM, after=0, limit=10)
    return [dict(pack(event, 1).headers).get("traceparent", "") for event in events]


def test_what_an_event_causes_is_linked_row_by_row_to_where_it_is_told(ledger: Ledger, span: trace.Span) -> None:
    commands = [issue(earned(new()), 10) for _ in range(2)]

    with trace.use_span(span), ledger.database.transaction() as connection:
        Postings(SystemClock()).post(connection, commands)

    assert told(ledger, percent=100) == [f"00-{link}-01" for link in links_of(span)]
    assert len(set(links_of(span))) == 2


def test_each_row_of_a_posting_of_several_is_linked(ledger: Ledger, span: trace.Span) -> None:
    lan, order = new(), new()
    give(ledger, lan, earned=300)
    hold(ledger, order, lan, 120)
    before = len(told(ledger, percent=100))

    with trace.use_span(span), ledger.database.transaction() as connection:
        Postings(SystemClock()).post(connection, [approval(order, served(new(), 115, ledger), planned=120)])

    assert told(ledger, percent=100)[before:] == [f"00-{link}-01" for link in links_of(span)]
    assert len(set(links_of(span))) > 1


def test_what_a_request_causes_is_linked_although_another_thread_posts_it(ledger: Ledger, span: trace.Span) -> None:
    database = Database(ledger.database.url, pool_max=1)

    with trace.use_span(span):
        Poster(database, SystemClock()).post(issue(earned(new()), 10))
    database.dispose()

    assert told(ledger, percent=100) == [f"00-{link}-01" for link in links_of(span)] != []


@pytest.mark.parametrize(("percent", "told_as"), [(None, ""), (0, "00")])
def test_nobody_records_more_than_is_said(ledger: Ledger, percent: int | None, told_as: str) -> None:
    ledger.post(issue(earned(new()), 10))

    assert [traceparent[-2:] for traceparent in told(ledger, percent=percent)] == [told_as]
