"""PUT /v1/adjustments/{id}, /v1/reversals/{id} and their decisions: acts of two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import to_microseconds
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import Cursor, current_actor, reading, run_command
from libs.http.actor import Actor
from libs.http.pages import an_id
from libs.programme.names import with_unit_names
from libs.programme.refusals import PersonNotFoundError
from libs.programme.two_people import LAPSES_AFTER, Verdict, refuse_hand
from libs.programme.two_people_schemas import VerdictSchema
from services.ledger.api import response_schemas
from services.ledger.api.edge import poster, service
from services.ledger.api.schemas import AdjustmentBody, PageQuery, ReversalBody
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import (
    JOURNALLED,
    DistrictNotFoundError,
    ProposalNotFoundError,
    TransferNotFoundError,
)
from services.ledger.messages import POWERS
from services.ledger.queries import entries, scope
from services.ledger.store import proposal_store
from services.ledger.store.proposal_facts import ActFacts, Place, facts_of_act, facts_to_decide, place_to_propose
from services.ledger.store.proposal_store import Proposal
from services.ledger.usecases import proposals

adjustments = Blueprint("adjustments", __name__, url_prefix="/v1", description="New credit, brought in by two people")
reversals = Blueprint("reversals", __name__, url_prefix="/v1", description="Gifts, donations, fundings undone by two")
PROPOSALS = Cursor(proposal_id=an_id)
ADJUSTMENTS, REVERSALS = ["pool_funding", "migration"], ["reversal"]


@adjustments.route("/adjustments/<uuid:proposal_id>")
class Adjustment(MethodView):
    """One adjustment."""

    @adjustments.doc(operationId="propose_adjustment")
    @adjustments.alt_response(200, schema=response_schemas.Proposal)
    @adjustments.arguments(AdjustmentBody)
    def put(self, body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
        """Propose to fund a district's pool, or to bring in a balance from an old book."""
        return run_command(
            lambda connection: _propose_adjustment(connection, proposal_id, body),
            terms=body,
            command_id=proposal_id,
        )

    @adjustments.doc(operationId="get_adjustment")
    @adjustments.alt_response(200, schema=response_schemas.Proposal)
    def get(self, proposal_id: UUID) -> dict[str, Any]:
        """Show the adjustment and what became of it."""
        return _shown(proposal_id, ADJUSTMENTS)


def _propose_adjustment(connection: Connection, proposal_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    actor, kind = current_actor(), body["kind"]
    scope.refuse_unless_holds(actor, f"propose_{kind}")
    is_migration = kind == "migration"
    person_id = body["person_id"] if is_migration else None
    asked_district = None if is_migration else body["district_id"]
    place, is_taken = place_to_propose(
        connection, actor.person_id, proposal_id, person_id=person_id, district_id=asked_district
    )
    _refuse_unplaced(place, is_of_person=is_migration)
    scope.refuse_unless_may(actor, f"propose_{kind}", place.path)
    district_id = asked_district or place.home_district_id
    assert district_id is not None
    proposal = Proposal(
        proposal_id=proposal_id,
        kind=kind,
        district_id=district_id,
        person_id=person_id,
        wallet_class=body.get("wallet_class", "earned") if is_migration else None,
        minutes=body["minutes"],
        reverses=None,
        reason=body["why"] or "",
        has_scan=bool(body["scan"]),
        effective_at=to_microseconds(body["effective_at"]) if body["effective_at"] else None,
        proposed_by=actor.person_id,
        proposed_at=to_microseconds(service().clock.now()),
    )
    return proposals.propose(connection, proposal, is_taken=is_taken, is_related=place.is_related)


def _refuse_unplaced(place: Place, *, is_of_person: bool) -> None:
    if is_of_person and place.home_district_id is None:
        raise PersonNotFoundError
    if not is_of_person and not place.path:
        raise DistrictNotFoundError


@adjustments.route("/adjustments/<uuid:proposal_id>/decision")
class AdjustmentDecision(MethodView):
    """The second person's word."""

    @adjustments.doc(operationId="decide_adjustment")
    @adjustments.alt_response(200, schema=response_schemas.Proposal)
    @adjustments.arguments(VerdictSchema)
    def post(self, body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
        """Decide the adjustment; approved, it is posted at once."""
        return run_command(
            lambda connection: _decide(connection, proposal_id, body, ADJUSTMENTS),
            terms=body | {"proposal": str(proposal_id)},
        )


@adjustments.route("/adjustments")
class Adjustments(MethodView):
    """Adjustments that wait for their decision."""

    @adjustments.doc(operationId="list_adjustments")
    @adjustments.alt_response(200, schema=response_schemas.page_of(response_schemas.ListedProposal))
    @adjustments.arguments(PageQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what nobody has decided, in the caller's scope."""
        return _open(query, ADJUSTMENTS)


@reversals.route("/reversals/<uuid:proposal_id>")
class Reversal(MethodView):
    """One reversal."""

    @reversals.doc(operationId="propose_reversal")
    @reversals.alt_response(200, schema=response_schemas.Proposal)
    @reversals.arguments(ReversalBody)
    def put(self, body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
        """Propose to reverse a gift, a donation, a pool funding or a migration."""
        return run_command(
            lambda connection: _propose_reversal(connection, proposal_id, body), terms=body, command_id=proposal_id
        )

    @reversals.doc(operationId="get_reversal")
    @reversals.alt_response(200, schema=response_schemas.Proposal)
    def get(self, proposal_id: UUID) -> dict[str, Any]:
        """Show the reversal and what became of it."""
        return _shown(proposal_id, REVERSALS)


def _propose_reversal(connection: Connection, proposal_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    actor, act = current_actor(), body["cause_id"]
    scope.refuse_unless_holds(actor, "propose_reversal")
    rows = _rows_of(connection, act)
    facts = _facts_of(connection, rows, actor, proposal_id)
    scope.refuse_unless_may(actor, "propose_reversal", _path_of(facts))
    proposals.refuse_reversal(rows, actor.person_id, related=facts.related)
    proposal = Proposal(
        proposal_id=proposal_id,
        kind="reversal",
        district_id=UUID(bytes=rows[0].district_id),
        person_id=None,
        wallet_class=None,
        minutes=None,
        reverses=act,
        reason=body["why"],
        has_scan=False,
        effective_at=None,
        proposed_by=actor.person_id,
        proposed_at=to_microseconds(service().clock.now()),
    )
    return proposals.propose(connection, proposal, is_taken=facts.is_taken)


def _rows_of(connection: Connection, act: UUID | None) -> list[Entry]:
    rows = entries.entries_of_act(connection, act) if act else []
    if act and not rows:
        raise TransferNotFoundError
    return rows


def _facts_of(connection: Connection, rows: list[Entry], actor: Actor, proposal_id: UUID) -> ActFacts:
    return facts_of_act(
        connection,
        actor.person_id,
        proposal_id,
        first=proposals.people_of(rows[:1]),
        people=proposals.people_of(rows),
        district=UUID(bytes=rows[0].district_id),
    )


def _path_of(facts: ActFacts) -> list[UUID]:
    """Where an act belongs: the home of the first person it moved credit of, else the district."""
    for home in facts.homes:
        if home.home_district_id is not None:
            return home.path
    _refuse_unplaced(facts.district, is_of_person=False)
    return facts.district.path


@reversals.route("/reversals/<uuid:proposal_id>/decision")
class ReversalDecision(MethodView):
    """The second person's word."""

    @reversals.doc(operationId="decide_reversal")
    @reversals.alt_response(200, schema=response_schemas.Proposal)
    @reversals.arguments(VerdictSchema)
    def post(self, body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
        """Decide the reversal; approved, the opposite transfers are posted at once."""
        return run_command(
            lambda connection: _decide(connection, proposal_id, body, REVERSALS),
            terms=body | {"proposal": str(proposal_id)},
        )


@reversals.route("/reversals")
class Reversals(MethodView):
    """Reversals that wait for their decision."""

    @reversals.doc(operationId="list_reversals")
    @reversals.alt_response(200, schema=response_schemas.page_of(response_schemas.ListedProposal))
    @reversals.arguments(PageQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what nobody has decided, in the caller's scope."""
        return _open(query, REVERSALS)


def _decide(connection: Connection, proposal_id: UUID, body: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    actor = current_actor()
    _refuse_who_decides_nothing(connection, proposal_id, actor, kinds)
    facts = facts_to_decide(connection, actor.person_id, proposal_id, posted_as=proposals.request_id_of(proposal_id))
    proposal = _to_decide(facts.proposal, actor, kinds)
    related: frozenset[UUID] = frozenset()
    if proposal.reverses:
        if not facts.rows:
            raise TransferNotFoundError
        act = _facts_of(connection, facts.rows, actor, proposal_id)
        path, related = _path_of(act), act.related
    else:
        _refuse_unplaced(facts.place, is_of_person=proposal.person_id is not None)
        path = facts.place.path
    scope.refuse_unless_may(actor, f"decide_{proposal.kind}", path)
    lent_by = actor.hands - {actor.person_id}
    verdict = Verdict(
        by=actor.person_id, ok=body["ok"], why=body["why"] or "", at=service().clock.now(), lent_by=lent_by
    )
    return proposals.decide(connection, poster(), facts=facts, verdict=verdict, related=related)


def _refuse_who_decides_nothing(connection: Connection, proposal_id: UUID, actor: Actor, kinds: list[str]) -> None:
    """Refuse before anything is locked whoever decides none of these kinds; a maker is told that they made it."""
    if not any(_holds(actor, kind) for kind in kinds):
        _refuse_maker(proposal_store.find(connection, proposal_id), actor)
        raise ForbiddenError


def _to_decide(proposal: Proposal | None, actor: Actor, kinds: list[str]) -> Proposal:
    _refuse_maker(proposal, actor)
    if proposal is None or proposal.kind not in kinds:
        raise ProposalNotFoundError
    return proposal


def _refuse_maker(proposal: Proposal | None, actor: Actor) -> None:
    if proposal is not None:
        refuse_hand(actor.hands, {proposal.proposed_by})


def _holds(actor: Actor, kind: str) -> bool:
    return any(held.role in POWERS[f"decide_{kind}"] for held in actor.roles)


def _found(connection: Connection, proposal_id: UUID, kinds: list[str]) -> Proposal:
    proposal = proposal_store.find(connection, proposal_id)
    if proposal is None or proposal.kind not in kinds:
        raise ProposalNotFoundError
    return proposal


def _shown(proposal_id: UUID, kinds: list[str]) -> dict[str, Any]:
    with reading() as connection:
        proposal = _found(connection, proposal_id, kinds)
        is_own = current_actor().person_id == proposal.proposed_by
        if not is_own and not scope.sees_district(connection, current_actor(), proposal.district_id):
            raise ProposalNotFoundError
        decided = proposal_store.find_decision(connection, proposal_id)
        posted = entries.entries_by_request(connection, [proposals.request_id_of(proposal_id)])
    if decided is None and posted and posted[0].is_applied():
        decided = proposals.decided_by_posting(posted[0])
    outcome = posted[0].outcome if posted else 0
    code = JOURNALLED[outcome].code if outcome in JOURNALLED else None
    return proposals.as_answer(proposal, decided, code, now=service().clock.now())


def _open(query: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    after = PROPOSALS.after(query["cursor"]) or UUID(int=0)
    with reading() as connection:
        mine = scope.districts_seen(connection, current_actor())
        found = proposal_store.open_proposals(
            connection,
            kinds,
            districts=mine,
            since=to_microseconds(service().clock.now() - LAPSES_AFTER),
            after=after,
            limit=query["limit"] + 1,
        )
        shown = [proposals.as_answer(one, None, None, now=service().clock.now()) for one in found]
        rows = with_unit_names(connection, shown, "district_id")
    return PROPOSALS.page(rows, limit=query["limit"])
