"""Find the volunteers who could help: all gates of taking applied, ranked by stated reasons, never a hidden score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.programme.policy import Policy
from services.orders.core.rules.areas import steps_between
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person, Place
from services.orders.core.store import catalogue_store, people_store
from services.orders.core.store.facts import gather
from services.orders.matching.rules.ranking import Fit, Weighed, points_of, shared, weigh
from services.orders.matching.store import Candidate, candidates_of
from services.orders.matching.usecases.gates import Asking, Barred, GateCount, ask_of, is_busy, lets_pass
from services.orders.serving import store as serving_store
from services.orders.serving.usecases.gates import recipients_of

MATCHES_MAX = 50
ASKED_AT_ONCE = 50
FAR_M = 10**9


@dataclass(frozen=True)
class Match:
    """Who passes every gate of an order, and why they stand where they stand."""

    volunteer: Person
    fit: Fit
    reasons: tuple[Weighed, ...]

    @property
    def person_id(self) -> UUID:
        """Return who it is."""
        return self.volunteer.person_id

    @property
    def points(self) -> int:
        """Return what the reasons count together."""
        return points_of(self.reasons)


@dataclass(frozen=True)
class Matches:
    """Who could help with an order, and which gates bar how many of the others who were looked at."""

    items: list[Match]
    barred: list[Barred]
    next: None = None


def match_volunteers(connection: Connection, order: Order, now: datetime) -> Matches:
    """Return up to MATCHES_MAX volunteers who pass every gate, who fits best first."""
    recipients = recipients_of(connection, order)
    home = next((recipient.home for recipient in recipients if recipient.home), None)
    policy = people_store.policy_on(connection, order.district_id, local_date(now))
    since = now - timedelta(days=policy.match.fair_share_days)
    candidates = candidates_of(connection, order, home, since=since)
    spoken = frozenset[str]().union(*(recipient.speaks for recipient in recipients))
    ranked = sorted((_match(policy, candidate, home, spoken) for candidate in candidates), key=_rank)
    terms = order.terms
    service = catalogue_store.service_version(connection, terms.service_code, terms.catalogue_version)
    gates = GateCount()
    passing = _passing(connection, Asking(order, service, recipients, now), ranked, gates)
    return Matches(list(islice(passing, MATCHES_MAX)), gates.in_words())


def _passing(connection: Connection, asking: Asking, ranked: Sequence[Match], gates: GateCount) -> Iterator[Match]:
    """Give those who pass, in their order; what the gates look at is asked for some of them at a time, in one trip."""
    order = asking.order
    for first in range(0, len(ranked), ASKED_AT_ONCE):
        some = ranked[first : first + ASKED_AT_ONCE]
        asks = (ask for match in some for ask in ask_of(match.person_id))
        busy = (serving_store.ask_whether_busy(match.person_id, order.order_id) for match in some)
        gather(connection, *asks, *busy)
        for match in some:
            has_other = is_busy(connection, order, match.person_id)
            if lets_pass(connection, asking, match.volunteer, gates, is_busy=has_other):
                yield match


def _match(policy: Policy, candidate: Candidate, home: Place | None, spoken: frozenset[str]) -> Match:
    fit = Fit(
        distance_m=steps(candidate.person, home),
        helped_before=candidate.helped_before,
        served_lately=candidate.served_lately,
        day_minutes=candidate.day_minutes,
        shared=shared(candidate.person.speaks, spoken),
    )
    return Match(candidate.person, fit, weigh(policy, fit))


def steps(volunteer: Person, home: Place | None) -> int | None:
    """Return how far a volunteer lives from a home, in steps; None where it is not known or very far."""
    if volunteer.home is None or home is None:
        return None
    return steps_between(volunteer.home, home)


def _rank(match: Match) -> tuple[int, int, str]:
    distance_m = match.fit.distance_m
    return -match.points, FAR_M if distance_m is None else distance_m, str(match.person_id)
