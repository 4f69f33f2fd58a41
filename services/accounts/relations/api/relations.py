"""Relations: recorded by one, confirmed by another."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened
from services.accounts.core.schemas import (
    Answer,
    Body,
    OfPersonSchema,
    OfUnitSchema,
    done_answer,
    page_answer,
)
from services.accounts.core.usecases.authorise import require_power, require_view
from services.accounts.relations.schemas import RelationAnswer, RelationSchema, relation_answer
from services.accounts.relations.store import WAITING, relation_of, relations_of
from services.accounts.relations.usecases.record_relation import decide_relation, end_relation, record_relation

blueprint = Blueprint("relations", __name__, description="Relations / 亲属关系")


@blueprint.route("/v1/relations")
class Relations(MethodView):
    """Relations of a person."""

    @blueprint.doc(operationId="list_relations")
    @blueprint.arguments(OfPersonSchema, location="query")
    @blueprint.response(200, page_answer(RelationAnswer))
    def get(self, query: Body) -> Answer:
        """List a person's relations, to themselves or to staff who reach them."""
        with reading() as connection:
            require_view(*opened(connection), query["person"])
            rows = relations_of(connection, query["person"])
        return {"items": [relation_answer(row) for row in rows], "next": None}


@blueprint.route("/v1/relations/waiting")
class WaitingRelations(MethodView):
    """Relations that wait for a second person."""

    @blueprint.doc(operationId="list_waiting_relations")
    @blueprint.arguments(OfUnitSchema, location="query")
    @blueprint.response(200, page_answer(RelationAnswer))
    def get(self, query: Body) -> Answer:
        """List relations of people at a unit and below whose beginning or end nobody has confirmed yet."""
        with reading() as connection:
            store, context = opened(connection)
            require_power(store, context, "view_person", query["unit"])
            page = WAITING.page(connection, query).map(relation_of)
        return page.answer(relation_answer)


@blueprint.route("/v1/relations/<uuid:relation_id>")
class RelationById(MethodView):
    """One relation."""

    @blueprint.doc(operationId="record_relation")
    @blueprint.arguments(RelationSchema)
    @blueprint.response(201, done_answer(RelationAnswer))
    def put(self, body: Body, relation_id: UUID) -> Answer:
        """Record that `relative_id` is the `kind` of `person_id`; `verified` asks a checker to confirm it."""
        return command(
            lambda store, context: relation_answer(
                record_relation(
                    store,
                    context,
                    relation_id=relation_id,
                    person_id=body["person_id"],
                    relative_id=body["relative_id"],
                    kind=body["kind"],
                    verified=body["verified"],
                )
            ),
            body,
            command_id=relation_id,
            about=[body["person_id"], body["relative_id"]],
        )

    @blueprint.doc(operationId="end_relation")
    @blueprint.response(200, done_answer(RelationAnswer))
    def delete(self, relation_id: UUID) -> Answer:
        """Say that a relation ended; a verified one ends when a checker says so too."""
        return command(
            lambda store, context: relation_answer(end_relation(store, context, relation_id=relation_id)), {}
        )


@blueprint.route("/v1/relations/<uuid:relation_id>/confirmation")
class RelationConfirmation(MethodView):
    """The second person's word on a relation."""

    @blueprint.doc(operationId="confirm_relation")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(RelationAnswer))
    def post(self, body: Body, relation_id: UUID) -> Answer:
        """Confirm a relation, or turn it down with a reason; never by who recorded it."""
        return command(
            lambda store, context: relation_answer(
                decide_relation(store, context, relation_id=relation_id, ok=body["ok"], why=body["why"] or "")
            ),
            body,
        )
