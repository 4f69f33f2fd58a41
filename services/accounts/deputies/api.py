"""Deputies: named for some days, accepted by them or from above, listed for staff, ended early or by their last day."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http.language import named
from libs.programme.names import with_unit_names
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import Answer, Body, done_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import whose_list
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.deputies.rules import Days
from services.accounts.deputies.schemas import (
    CandidateAnswer,
    CandidatesQuerySchema,
    DeputiesQuerySchema,
    DeputyAnswer,
    DeputySchema,
    deputy_answer,
)
from services.accounts.deputies.store import DEPUTIES, deputyship_of
from services.accounts.deputies.usecases import (
    NewDeputyship,
    candidates_for,
    decide_deputy,
    end_deputy,
    name_deputy,
)

blueprint = Blueprint("deputies", __name__, description="Who is away, and who stands in / 代理人")


@blueprint.route("/v1/deputies")
class Deputies(MethodView):
    """Who is away."""

    @blueprint.doc(operationId="list_deputies")
    @blueprint.arguments(DeputiesQuerySchema, location="query")
    @blueprint.response(200, page_answer(DeputyAnswer))
    def get(self, query: Body) -> Answer:
        """List who is away at a unit and below and who stands in, to staff there; else what concerns oneself."""
        with transaction() as connection:
            store, context = opened(connection)
            person_id = whose_list(store, context, unit_id=query["unit"], person_id=query["person"])
            page = DEPUTIES.page(connection, query, person=person_id).map(deputyship_of)
            names = _names(store, context, {of for row in page.rows for of in (row.absent_id, row.deputy_id)})
            answer = page.answer(
                lambda row: (
                    deputy_answer(row, now=context.now)
                    | {"absent_name": names.get(row.absent_id), "deputy_name": names.get(row.deputy_id)}
                )
            )
            return answer | {"items": with_unit_names(connection, answer["items"], "unit_id")}


@blueprint.route("/v1/deputies/candidates")
class DeputyCandidates(MethodView):
    """Who may stand in."""

    @blueprint.doc(operationId="list_deputy_candidates")
    @blueprint.arguments(CandidatesQuerySchema, location="query")
    @blueprint.response(200, page_answer(CandidateAnswer))
    def get(self, query: Body) -> Answer:
        """List who holds the same role in the same district, for whom the role is, or stands above them."""
        with transaction() as connection:
            store, context = opened(connection)
            people = candidates_for(store, context, query["grant"])
            names = _names(store, context, people)
        return {"items": [{"person_id": str(of), "name": names.get(of)} for of in people if of in names], "next": None}


@blueprint.route("/v1/deputies/<uuid:deputyship_id>")
class DeputyById(MethodView):
    """An absence, and who stands in."""

    @blueprint.doc(operationId="name_deputy")
    @blueprint.arguments(DeputySchema)
    @blueprint.response(201, done_answer(DeputyAnswer))
    def put(self, body: Body, deputyship_id: UUID) -> Answer:
        """Name who stands in for one's own role, or for that of somebody below; they, or somebody above, accept it."""
        new = NewDeputyship(
            deputyship_id=deputyship_id,
            grant_id=body["grant_id"],
            deputy_id=body["deputy_id"],
            days=Days(body["begins_on"], body["ends_on"]),
            reason=body["reason"],
        )
        return command(
            lambda store, context: deputy_answer(name_deputy(store, context, new), now=context.now),
            body,
            command_id=deputyship_id,
        )

    @blueprint.doc(operationId="end_deputy")
    @blueprint.response(200, done_answer(DeputyAnswer))
    def delete(self, deputyship_id: UUID) -> Answer:
        """End it early, or take it back: either of the two, or somebody above who is away."""
        return command(
            lambda store, context: deputy_answer(
                end_deputy(store, context, deputyship_id=deputyship_id), now=context.now
            ),
            {},
        )


@blueprint.route("/v1/deputies/<uuid:deputyship_id>/decision")
class DeputyDecision(MethodView):
    """The word of the deputy, or of somebody above."""

    @blueprint.doc(operationId="decide_deputy")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(DeputyAnswer))
    def post(self, body: Body, deputyship_id: UUID) -> Answer:
        """Say yes or no; never who proposed it, nor whoever is away."""
        return command(
            lambda store, context: deputy_answer(
                decide_deputy(store, context, deputyship_id=deputyship_id, ok=body["ok"], why=body["why"] or ""),
                now=context.now,
            ),
            body,
        )


def _names(store: SealedStore, context: CommandContext, people: Iterable[UUID]) -> Mapping[UUID, str | None]:
    """Return what members of staff are called; every look is logged."""
    identities = store.identities.identities(sorted(people))
    store.records.log_views(
        viewer_id=context.caller_id,
        person_ids=sorted(identities),
        what="name",
        why="who is away, and who stands in",
        at=context.now,
    )
    return {of: named(identity.names.get("zh"), identity.names.get("en")) for of, identity in identities.items()}
