"""Who may act for whom, within which scope; and what was done for somebody, visible to both."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from services.accounts.core.edge import command, opened, transaction
from services.accounts.core.schemas import Answer, Body, OfPersonSchema, PageSchema, page_answer, plain_row
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_view
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.schemas import (
    ActForAnswer,
    ActingGrantAnswer,
    ActingGrantSchema,
    NamedGrantAnswer,
    acting_grant_answer,
)
from services.accounts.relations.store import ACTS_FOR, acting_grants_of
from services.accounts.relations.usecases.grant_acting import (
    end_acting_grant,
    names_of_both,
    record_acting_grant,
    seen_grant,
    whose_acts,
)

blueprint = Blueprint("acting", __name__, description="Acting for somebody / 代办")
ACT_PAGE = page_answer(ActForAnswer)


@blueprint.route("/v1/acting-grants")
class ActingGrants(MethodView):
    """Who may act for whom."""

    @blueprint.doc(operationId="list_acting_grants")
    @blueprint.arguments(OfPersonSchema, location="query")
    @blueprint.response(200, page_answer(NamedGrantAnswer))
    def get(self, query: Body) -> Answer:
        """List the grants that a person gave or holds, with the names of both."""
        with transaction() as connection:
            store, context = opened(connection)
            require_view(store, context, query["person"])
            grants = acting_grants_of(connection, query["person"])
            names = names_of_both(store, context, grants)
        return {"items": [acting_grant_answer(grant, names) for grant in grants], "next": None}


@blueprint.route("/v1/acting-grants/<uuid:grant_id>")
class ActingGrantById(MethodView):
    """One grant."""

    @blueprint.doc(operationId="record_acting_grant")
    @blueprint.arguments(ActingGrantSchema)
    @blueprint.response(201, ActingGrantAnswer)
    def put(self, body: Body, grant_id: UUID) -> Answer:
        """Record, after hearing the person, that a relative may act for them, and in what."""

        def record(store: SealedStore, context: CommandContext) -> ActingGrant:
            return record_acting_grant(store, context, _grant(grant_id, body, recorded_by=context.caller_id))

        # The person's word about a grant is the grant's own: it is no act for somebody.
        return command(lambda store, context: acting_grant_answer(record(store, context)), body, command_id=grant_id)

    @blueprint.doc(operationId="end_acting_grant")
    @blueprint.response(200, ActingGrantAnswer)
    def delete(self, grant_id: UUID) -> Answer:
        """End a grant."""
        return command(
            lambda store, context: acting_grant_answer(end_acting_grant(store, context, grant_id=grant_id)), {}
        )


@blueprint.route("/v1/acting-grants/<uuid:grant_id>/uses")
class GrantUses(MethodView):
    """What was done under a grant."""

    @blueprint.doc(operationId="list_acting_grant_uses")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, ACT_PAGE)
    def get(self, query: Body, grant_id: UUID) -> Answer:
        """List every use of a grant, newest first, to the person, the relative and staff who reach the person."""
        with transaction() as connection:
            store, context = opened(connection)
            seen_grant(store, context, grant_id)
            page = ACTS_FOR.page(connection, query, grant=grant_id)
        return page.answer(plain_row)


@blueprint.route("/v1/persons/<uuid:person_id>/acts-for-me")
class ActsForPerson(MethodView):
    """What others did for a person."""

    @blueprint.doc(operationId="list_acts_for_person")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, ACT_PAGE)
    def get(self, query: Body, person_id: UUID) -> Answer:
        """List what staff and relatives did for a person, newest first; a relative sees what they did themselves."""
        with transaction() as connection:
            store, context = opened(connection)
            actor_id = whose_acts(store, context, person_id=person_id)
            page = ACTS_FOR.page(connection, query, person=person_id, actor=actor_id)
        return page.answer(plain_row)


def _grant(grant_id: UUID, body: Body, *, recorded_by: UUID) -> ActingGrant:
    return ActingGrant(
        grant_id=grant_id,
        person_id=body["person_id"],
        relative_id=body["relative_id"],
        acts=tuple(sorted(set(body["acts"]))),
        minutes_per_month=body["minutes_per_month"],
        until=body["until"],
        consent=body["consent"],
        recorded_by=recorded_by,
    )
