"""PUT /v1/period-closes/{id} and its decision: a month of a district's book is stated and closed, by two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import to_microseconds
from libs.db import Connection
from libs.http import Cursor, current_actor, reading, run_command
from libs.http.pages import a_month, an_id
from libs.programme.two_people import LAPSES_AFTER, Verdict, refuse_hand
from libs.programme.two_people_schemas import VerdictSchema
from services.ledger.api import response_schemas
from services.ledger.api.edge import service
from services.ledger.api.schemas import PeriodCloseBody, PeriodClosesQuery
from services.ledger.domain.errors import PeriodCloseNotFoundError
from services.ledger.queries import scope
from services.ledger.store import closing_store, proposal_store
from services.ledger.store.proposal_store import Proposal
from services.ledger.usecases import period_close
from services.ledger.usecases.post import Postings

blueprint = Blueprint("period-closes", __name__, url_prefix="/v1", description="Closed months of a district's book")
FIRST_MONTH = "0001-01-01"
KIND = "period_close"
CLOSES = Cursor(month=a_month)
WAITING = Cursor(close_id=an_id)


@blueprint.route("/period-closes/<uuid:close_id>")
class PeriodClose(MethodView):
    """One month, to be closed or closed."""

    @blueprint.doc(operationId="propose_period_close")
    @blueprint.alt_response(200, schema=response_schemas.PeriodClose)
    @blueprint.arguments(PeriodCloseBody)
    def put(self, body: dict[str, Any], close_id: UUID) -> dict[str, Any]:
        """Propose to close a month that is over; another person decides."""
        return run_command(lambda connection: _propose(connection, close_id, body), terms=body, command_id=close_id)

    @blueprint.doc(operationId="get_period_close")
    @blueprint.alt_response(200, schema=response_schemas.PeriodClose)
    def get(self, close_id: UUID) -> dict[str, Any]:
        """Show where it stands; GET /v1/receipts/{id} proves that a closed one's digest stands in the log."""
        with reading() as connection:
            proposal = proposal_store.find(connection, close_id)
            if proposal is None or proposal.kind != KIND:
                raise PeriodCloseNotFoundError
            if not scope.sees_district(connection, current_actor(), proposal.district_id):
                raise PeriodCloseNotFoundError
            return _shown(connection, proposal)


@blueprint.route("/period-closes/<uuid:close_id>/decision")
class PeriodCloseDecision(MethodView):
    """The second person's word."""

    @blueprint.doc(operationId="decide_period_close")
    @blueprint.alt_response(200, schema=response_schemas.PeriodClose)
    @blueprint.arguments(VerdictSchema)
    def post(self, body: dict[str, Any], close_id: UUID) -> dict[str, Any]:
        """Close the month: opening and closing balances by class, what moved, and the log's head; or turn it down."""
        return run_command(
            lambda connection: _decide(connection, close_id, body), terms=body | {"close": str(close_id)}
        )


@blueprint.route("/period-closes")
class PeriodCloses(MethodView):
    """A district's closed months, and those that wait to be closed."""

    @blueprint.doc(operationId="list_period_closes")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.PeriodClose))
    @blueprint.arguments(PeriodClosesQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the closed ones in order of their months; `proposed` lists what waits for a second person."""
        with reading() as connection:
            scope.refuse_unless_may_see_district(connection, current_actor(), query["district"])
            return _waiting(connection, query) if query["state"] == "proposed" else _closed(connection, query)


def _propose(connection: Connection, close_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    actor, district_id, now = current_actor(), body["district_id"], service().clock.now()
    scope.refuse_unless_may(actor, "propose_period_close", scope.path_of_district(connection, district_id))
    proposal = Proposal(
        proposal_id=close_id,
        kind=KIND,
        district_id=district_id,
        person_id=None,
        wallet_class=None,
        minutes=None,
        reverses=None,
        reason="",
        has_scan=False,
        effective_at=None,
        proposed_by=actor.person_id,
        proposed_at=to_microseconds(now),
        month=body["month"],
    )
    return period_close.propose_close(connection, proposal, now=now)


def _decide(connection: Connection, close_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    proposal = proposal_store.find(connection, close_id)
    if proposal is not None:
        refuse_hand(actor.hands, {proposal.proposed_by})
    scope.refuse_unless_holds(actor, "decide_period_close")
    if proposal is None or proposal.kind != KIND:
        raise PeriodCloseNotFoundError
    path = scope.path_of_district(connection, proposal.district_id)
    scope.refuse_unless_may(actor, "decide_period_close", path)
    proposal_store.lock(connection, close_id)
    lent_by = actor.hands - {actor.person_id}
    verdict = Verdict(
        by=actor.person_id, ok=body["ok"], why=body["why"] or "", at=service().clock.now(), lent_by=lent_by
    )
    return period_close.decide_close(connection, Postings(service().clock), proposal, verdict)


def _shown(connection: Connection, proposal: Proposal) -> dict[str, Any]:
    decided = proposal_store.find_decision(connection, proposal.proposal_id)
    closed = closing_store.find(connection, proposal.proposal_id)
    return period_close.as_answer(proposal, decided, closed, now=service().clock.now())


def _closed(connection: Connection, query: dict[str, Any]) -> dict[str, Any]:
    month = CLOSES.after(query["cursor"])
    after = f"{month}-01" if month else FIRST_MONTH
    found = closing_store.closed_of(connection, query["district"], after=after, limit=query["limit"] + 1)
    proposals = (proposal_store.find(connection, one.close_id) for one in found)
    return CLOSES.page([_shown(connection, one) for one in proposals if one is not None], limit=query["limit"])


def _waiting(connection: Connection, query: dict[str, Any]) -> dict[str, Any]:
    found = proposal_store.open_proposals(
        connection,
        [KIND],
        districts=[query["district"]],
        since=to_microseconds(service().clock.now() - LAPSES_AFTER),
        after=WAITING.after(query["cursor"]) or UUID(int=0),
        limit=query["limit"] + 1,
    )
    return WAITING.page([_shown(connection, one) for one in found], limit=query["limit"])
