"""Deaths: recorded by one, confirmed by another, and found mistaken by two until the estate is settled."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened
from services.accounts.core.schemas import Answer, Body, done_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_view, whose_list
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.deaths.rules import Death, DeathMistake
from services.accounts.deaths.schemas import (
    DeathAnswer,
    DeathSchema,
    DeathsQuerySchema,
    MistakeAnswer,
    MistakeSchema,
    WholeDeathAnswer,
    death_answer,
    mistake_answer,
)
from services.accounts.deaths.store import DEATHS, DeathStore, death_of
from services.accounts.deaths.usecases.correct_death import decide_mistake, propose_mistake
from services.accounts.deaths.usecases.record_death import decide_death, record_death

blueprint = Blueprint("deaths", __name__, description="Deaths / 去世登记")


@blueprint.route("/v1/deaths")
class Deaths(MethodView):
    """Recorded deaths."""

    @blueprint.doc(operationId="list_deaths")
    @blueprint.arguments(DeathsQuerySchema, location="query")
    @blueprint.response(200, page_answer(DeathAnswer))
    def get(self, query: Body) -> Answer:
        """List the deaths recorded at a unit and below to staff who reach it, or of a person also to themselves."""
        with reading() as connection:
            store, context = opened(connection)
            person_id = whose_list(store, context, unit_id=query["unit"], person_id=query["person"])
            page = DEATHS.page(connection, query, now=context.now, person=person_id).map(death_of)
            places = store.persons.places([death.person_id for death in page.rows])
        return page.answer(lambda death: death_answer(death, places[death.person_id], context.now))


@blueprint.route("/v1/persons/<uuid:person_id>/deaths/<uuid:death_id>")
class PersonDeath(MethodView):
    """A person's death."""

    @blueprint.doc(operationId="record_death")
    @blueprint.arguments(DeathSchema)
    @blueprint.response(201, done_answer(DeathAnswer))
    def put(self, body: Body, person_id: UUID, death_id: UUID) -> Answer:
        """Record that a person died; it has no effect until a checker confirms it."""
        return command(
            lambda store, context: _death(
                store,
                context,
                record_death(store, context, death_id=death_id, person_id=person_id, died_on=body["died"]),
            ),
            body,
            command_id=death_id,
        )


@blueprint.route("/v1/deaths/<uuid:death_id>")
class DeathById(MethodView):
    """One death."""

    @blueprint.doc(operationId="get_death")
    @blueprint.response(200, WholeDeathAnswer)
    def get(self, death_id: UUID) -> Answer:
        """Return a death with all that was proposed about it."""
        with reading() as connection:
            store, context = opened(connection)
            death = DeathStore(store.connection).look(death_id)
            require_view(store, context, death.person_id)
            mistakes = DeathStore(store.connection).mistakes_of(death_id)
            return _death(store, context, death) | {
                "mistakes": [_mistake(store, context, mistake) for mistake in mistakes]
            }


@blueprint.route("/v1/deaths/<uuid:death_id>/confirmation")
class DeathConfirmation(MethodView):
    """The second person's word on a death."""

    @blueprint.doc(operationId="confirm_death")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(DeathAnswer))
    def post(self, body: Body, death_id: UUID) -> Answer:
        """Confirm a death, or turn it down with a reason; never by who recorded it."""
        return command(
            lambda store, context: _death(
                store, context, decide_death(store, context, death_id=death_id, ok=body["ok"], why=body["why"] or "")
            ),
            body,
        )


@blueprint.route("/v1/deaths/<uuid:death_id>/mistakes/<uuid:mistake_id>")
class MistakeById(MethodView):
    """That a death was a mistake."""

    @blueprint.doc(operationId="propose_death_mistake")
    @blueprint.arguments(MistakeSchema)
    @blueprint.response(201, done_answer(MistakeAnswer))
    def put(self, body: Body, death_id: UUID, mistake_id: UUID) -> Answer:
        """Propose that a death was recorded by mistake; another person decides."""
        return command(
            lambda store, context: _mistake(
                store,
                context,
                propose_mistake(store, context, death_id=death_id, mistake_id=mistake_id, why=body["why"]),
            ),
            body,
            command_id=mistake_id,
        )

    @blueprint.doc(operationId="get_death_mistake")
    @blueprint.response(200, MistakeAnswer)
    def get(self, death_id: UUID, mistake_id: UUID) -> Answer:
        """Return where it stands: done when the wallets are given back, declined when the estate is settled."""
        with reading() as connection:
            store, context = opened(connection)
            require_view(store, context, DeathStore(store.connection).look(death_id).person_id)
            mistakes = DeathStore(store.connection).mistakes_of(death_id)
            for mistake in mistakes:
                if mistake.mistake_id == mistake_id:
                    return _mistake(store, context, mistake)
        raise RecordNotFoundError(mistake_id=mistake_id)


@blueprint.route("/v1/deaths/<uuid:death_id>/mistakes/<uuid:mistake_id>/decision")
class MistakeDecision(MethodView):
    """The second person's word on a mistake."""

    @blueprint.doc(operationId="decide_death_mistake")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(MistakeAnswer))
    def post(self, body: Body, death_id: UUID, mistake_id: UUID) -> Answer:
        """Give everything back, as soon as the ledger has, or turn the proposal down; never by who proposed it."""
        return command(
            lambda store, context: _mistake(
                store,
                context,
                decide_mistake(
                    store, context, death_id=death_id, mistake_id=mistake_id, ok=body["ok"], why=body["why"] or ""
                ),
            ),
            body,
        )


def _death(store: SealedStore, context: CommandContext, death: Death) -> Answer:
    return death_answer(death, store.persons.places_of(death.person_id), context.now)


def _mistake(store: SealedStore, context: CommandContext, mistake: DeathMistake) -> Answer:
    return mistake_answer(mistake, store.persons.places_of(mistake.person_id), context.now)
