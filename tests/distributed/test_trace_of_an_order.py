"""The trace of one order through all services over Kafka: from the requests at the front door to the ledger's rows.

A row is hashed for ever and carries no trace: there the trace ends, with a link to the one in which the row is told
(decision 0054). A signed head is of many rows, and in no trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.architecture.deployment import SERVICES
from tests.distributed.cluster import Cluster, until
from tests.distributed.test_manifests_run import MIGRATING, TravellingClient, _traveller, cluster, folder
from tests.distributed.test_traces import PARENT, TRACE_ID, Receiver
from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, load_story
from tests.support.wsgi import serving

pytestmark = [pytest.mark.kafka, pytest.mark.manifests]
__all__ = ["cluster", "folder"]
ROLES = [f"{name}-{role}" for name in SERVICES for role in ("api", "relay", "consumer")] + ["ledger-sealer"]
CALLER = PARENT.split("-")[2]
ASKED = ("redemption", "PUT /v1/redemptions/<uuid:redemption_id>")
ORDERED = ("orders", "handle timebank.redemption.v1.RedemptionRequested")
FUNDED = ("redemption", "handle timebank.orders.v1.FundingRequested")
HELD = ("ledger", "handle timebank.redemption.v1.HoldRequested")
APPROVED = ("orders", "POST /v1/orders/<uuid:order_id>/approval")
POSTED = ("ledger", "handle timebank.orders.v1.HoursApproved")
CAUSES = {ORDERED: ASKED, FUNDED: ORDERED, HELD: FUNDED, POSTED: APPROVED}
TOLD = {HELD: "handle timebank.ledger.v1.HoldPlaced", POSTED: "handle timebank.ledger.v1.HoursSettled"}
ATTRIBUTES = {
    *("http.request.method", "http.response.status_code", "http.route", "timebank.service"),
    *("messaging.batch.message_count", "messaging.message.type"),
}
Named = tuple[str, str]


class Traced(urllib3.PoolManager):
    """Sends every request as part of one trace."""

    def request(self, method: str, url: str, *, headers: dict[str, str], **more: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]  # as the client asks
        """Send one."""
        return super().request(method, url, headers={**headers, "traceparent": PARENT}, **more)


@pytest.fixture
def receiver(cluster: Cluster) -> Iterator[Receiver]:
    """Takes the spans of all services, of which each API has one process."""
    taking = Receiver()
    with serving(taking) as url:
        traced = {f"{name.upper()}_TRACES_TO": f"{url}/v1/traces" for name in SERVICES}
        cluster.more = {**cluster.more, **traced, **{f"{name.upper()}_API_WORKERS": "1" for name in SERVICES}}
        yield taking


def test_one_trace_goes_from_the_requests_of_an_order_to_the_rows_and_links_to_where_they_are_told(
    cluster: Cluster, receiver: Receiver
) -> None:
    cluster.run_jobs(["databases", *MIGRATING])
    cluster.add(ROLES)
    door = cluster.addresses["http://front-door"]
    cluster.start_front_door(int(door.rsplit(":", 1)[1]))
    cluster.start(name for name in ROLES if name.endswith("-api"))
    cluster.start(name for name in ROLES if not name.endswith("-api"))
    client = TravellingClient(door, Traced(retries=False))
    client.traveller = _traveller(cluster)
    run = Run(load_story(next((CASES / "flow").glob("01-*.yaml"))).needed(), client)

    run.play()
    until(lambda: _causes(receiver).items() >= CAUSES.items(), "spans of the order", seconds=30)
    until(lambda: all(_links_from(receiver, span) & _traces_of(receiver, told) for span, told in TOLD.items()), "links")

    assert {span.parent_id for span in receiver.spans if span.trace_id == TRACE_ID} - _ids(receiver) == {CALLER}
    assert {key for span in receiver.spans for key in span.attributes} == ATTRIBUTES
    for person in run.world.ids.values():
        assert all(str(person).encode() not in body for body in receiver.bodies)
    for written in ("兰奶奶", "小敏", "127.0.0.1", "harness"):
        assert all(written.encode() not in body for body in receiver.bodies)


def _causes(receiver: Receiver) -> dict[Named, Named]:
    """Return of each span of the trace, by service and name, which it came from."""
    trace = {
        span.span_id: (span.service.removeprefix("timebank-"), span.name)
        for span in receiver.spans
        if span.trace_id == TRACE_ID
    }
    return {
        trace[span.span_id]: trace[span.parent_id]
        for span in receiver.spans
        if span.span_id in trace and span.parent_id in trace
    }


def _ids(receiver: Receiver) -> set[str]:
    return {span.span_id for span in receiver.spans if span.trace_id == TRACE_ID}


def _links_from(receiver: Receiver, named: Named) -> set[str]:
    spans = [span for span in receiver.spans if (span.service, span.name) == (f"timebank-{named[0]}", named[1])]
    return set().union(*(span.links for span in spans))


def _traces_of(receiver: Receiver, name: str) -> set[str]:
    return {span.trace_id for span in receiver.spans if span.name == name}
