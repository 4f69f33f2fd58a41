"""Handovers: what waits for a member of staff goes to a colleague; what nobody took is listed."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http.language import named
from libs.programme.names import with_unit_names
from libs.programme.words import WorkKind
from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import Answer, Body, done_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import whose_list
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.handovers.schemas import (
    HandoverAnswer,
    HandoverSchema,
    HandoversQuerySchema,
    OpenWorkAnswer,
    OpenWorkQuerySchema,
    ReceiverAnswer,
    ReceiversQuerySchema,
    handover_answer,
    open_work_answer,
)
from services.accounts.handovers.store import HANDOVERS, with_results
from services.accounts.handovers.usecases import (
    NewHandover,
    candidates_for,
    hand_over,
    left_behind,
    open_work_of,
)

blueprint = Blueprint("handovers", __name__, description="Who left, and who took over / 交接")


@blueprint.route("/v1/handovers")
class Handovers(MethodView):
    """What went from whom to whom."""

    @blueprint.doc(operationId="list_handovers")
    @blueprint.arguments(HandoversQuerySchema, location="query")
    @blueprint.response(200, page_answer(HandoverAnswer))
    def get(self, query: Body) -> Answer:
        """List the handovers at a unit and below, to staff there; else those that concern oneself; the last first."""
        with transaction() as connection:
            store, context = opened(connection)
            person_id = whose_list(store, context, unit_id=query["unit"], person_id=query["person"])
            page = HANDOVERS.page(connection, query, person=person_id)
            rows = with_results(connection, page.rows)
            names = _names(store, context, {of for row in rows for of in (row.from_id, row.to_id)})
            shown = [
                handover_answer(row) | {"from_name": names.get(row.from_id), "to_name": names.get(row.to_id)}
                for row in rows
            ]
            return {"items": with_unit_names(connection, shown, "unit_id"), "next": page.next}


@blueprint.route("/v1/handovers/open")
class OpenProposals(MethodView):
    """What waits for somebody in accounts: what they proposed about roles. The rest is in `/v1/open-work`."""

    @blueprint.doc(operationId="list_open_proposals")
    @blueprint.arguments(OpenWorkQuerySchema, location="query")
    @blueprint.response(200, page_answer(OpenWorkAnswer))
    def get(self, query: Body) -> Answer:
        """List what waits for somebody at a unit and below; where nobody is named, what who left has left behind."""
        with transaction() as connection:
            store, context = opened(connection)
            if query["person"] is None:
                waiting = left_behind(store, context, unit_id=query["unit"])
            else:
                waiting = open_work_of(store, context, person_id=query["person"], unit_id=query["unit"])
            names = _names(store, context, {of.holder_id for of in waiting})
            shown = [open_work_answer(of) | {"holder_name": names.get(of.holder_id)} for of in waiting]
            return {"items": with_unit_names(connection, shown, "unit_id"), "next": None}


@blueprint.route("/v1/handovers/candidates")
class Receivers(MethodView):
    """Who may take over."""

    @blueprint.doc(operationId="list_handover_candidates")
    @blueprint.arguments(ReceiversQuerySchema, location="query")
    @blueprint.response(200, page_answer(ReceiverAnswer))
    def get(self, query: Body) -> Answer:
        """List who holds an office in the district, to who may hand over there."""
        with transaction() as connection:
            store, context = opened(connection)
            people = candidates_for(store, context, but=query["person"], unit_id=query["unit"])
            names = _names(store, context, people)
        return {"items": [{"person_id": str(of), "name": names.get(of)} for of in people if of in names], "next": None}


@blueprint.route("/v1/handovers/<uuid:handover_id>")
class HandoverById(MethodView):
    """A handover."""

    @blueprint.doc(operationId="hand_over")
    @blueprint.arguments(HandoverSchema)
    @blueprint.response(201, done_answer(HandoverAnswer))
    def put(self, body: Body, handover_id: UUID) -> Answer:
        """Let what waits for oneself, for somebody below, or for who left, go to a colleague; signatures stay."""
        kinds = frozenset(body["kinds"] or WorkKind)
        new = NewHandover(handover_id, body["from_id"], body["to_id"], body["unit_id"], kinds)
        return command(
            lambda store, context: handover_answer(hand_over(store, context, new)), body, command_id=handover_id
        )


def _names(store: SealedStore, context: CommandContext, people: Iterable[UUID]) -> Mapping[UUID, str | None]:
    """Return what members of staff are called; every look is logged."""
    identities = store.identities.identities(sorted(people))
    store.records.log_views(
        viewer_id=context.caller_id,
        person_ids=sorted(identities),
        what="name",
        why="what is handed over",
        at=context.now,
    )
    return {of: named(identity.names.get("zh"), identity.names.get("en")) for of, identity in identities.items()}
