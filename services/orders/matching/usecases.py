"""Find the volunteers who could help: all gates of taking applied, ranked with reasons, never a hidden score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from services.orders.core.rules.areas import steps_between
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person, Relations
from services.orders.core.store import catalogue_store, mark_store, people_store
from services.orders.core.store.facts import Ask, gather
from services.orders.matching.store import Candidate, candidates_of
from services.orders.serving import store as serving_store
from services.orders.serving.rules.taking import Taking, refuse_unless_gates_open, refuse_who_may_not_serve
from services.orders.stops import store as stops_store

MATCHES_MAX = 50
NEAR_M = 1000
FAR_M = 10**9


def match_volunteers(connection: Connection, order: Order, now: datetime) -> list[dict[str, object]]:
    """Return up to MATCHES_MAX volunteers who pass every gate: helpers of before, then the near, then the idle."""
    recipient = people_store.load_person(connection, order.recipient_id)
    candidates = candidates_of(connection, order, recipient.home)
    ranked = sorted(candidates, key=lambda candidate: _rank(candidate, recipient))
    passing = _passing(connection, order, recipient, ranked, now)
    return [_row(candidate, recipient) for candidate in islice(passing, MATCHES_MAX)]


def _passing(
    connection: Connection, order: Order, recipient: Person, ranked: Sequence[Candidate], now: datetime
) -> Iterator[Candidate]:
    """Give those who pass, in their order; what the gates look at is asked for some of them at a time, in one trip."""
    terms = order.terms
    service = catalogue_store.service_version(connection, terms.service_code, terms.catalogue_version)
    for first in range(0, len(ranked), MATCHES_MAX):
        some = ranked[first : first + MATCHES_MAX]
        gather(connection, *(ask for candidate in some for ask in _asks(candidate.person.person_id, order)))
        for candidate in some:
            if _passes(connection, order, service, recipient, candidate.person, now):
                yield candidate


def _asks(volunteer_id: UUID, order: Order) -> tuple[Ask, ...]:
    return (
        people_store.ask_relations(volunteer_id),
        mark_store.ask_no_shows(volunteer_id),
        serving_store.ask_whether_busy(volunteer_id, order.order_id),
    )


def _passes(
    connection: Connection, order: Order, service: Service, recipient: Person, volunteer: Person, now: datetime
) -> bool:
    today, who = local_date(now), volunteer.person_id
    relations: Relations = people_store.relations_of(connection, who)
    taking = Taking(
        order=order,
        service=service,
        volunteer=volunteer,
        recipient=recipient,
        relations=relations,
        policy=people_store.policy_on(connection, order.district_id, today),
        home_policy=people_store.policy_on(connection, volunteer.district_id, today),
        day=local_date(order.terms.start_at),
        now=now,
        no_shows=mark_store.no_shows_of(connection, who),
        has_other=serving_store.volunteer_is_busy(connection, who, order.order_id),
        stopped_until=stops_store.stopped_until(connection, who),
    )
    try:
        refuse_who_may_not_serve(volunteer)
        refuse_unless_gates_open(taking)
    except Refusal:
        return False
    return True


def _distance_m(candidate: Candidate, recipient: Person) -> int | None:
    home = candidate.person.home
    return steps_between(home, recipient.home) if home is not None and recipient.home is not None else None


def _rank(candidate: Candidate, recipient: Person) -> tuple[bool, int, int, str]:
    distance_m = _distance_m(candidate, recipient)
    far = FAR_M if distance_m is None else distance_m
    return candidate.helped_before == 0, far, candidate.served, str(candidate.person.person_id)


def _row(candidate: Candidate, recipient: Person) -> dict[str, object]:
    distance_m = _distance_m(candidate, recipient)
    reasons: list[str] = ["has_helped_before"] if candidate.helped_before else []
    reasons += ["lives_near"] if distance_m is not None and distance_m <= NEAR_M else []
    reasons += ["has_served_little"] if candidate.served == 0 else []
    return {
        "person_id": candidate.person.person_id,
        "distance_m": distance_m,
        "helped_before": candidate.helped_before,
        "served": candidate.served,
        "reasons": reasons,
    }
