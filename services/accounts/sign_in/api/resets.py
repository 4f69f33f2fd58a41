"""/v1/persons/{person_id}/second-factor-resets: a second factor that was lost ends by the word of two people."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.http import reading
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened, tell
from services.accounts.core.rules.notices import Notice
from services.accounts.core.schemas import Answer, Body, PageSchema, done_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.sign_in.schemas import ResetAnswer, reset_answer
from services.accounts.sign_in.usecases.reset_second_factor import POWER, decide_reset, list_resets, propose_reset

blueprint = Blueprint("second_factor_resets", __name__, description="Second factors that were lost / 重置第二重验证")


@blueprint.route("/v1/persons/<uuid:person_id>/second-factor-resets")
class Resets(MethodView):
    """What was proposed about a person's second factor."""

    @blueprint.doc(operationId="list_second_factor_resets")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, page_answer(ResetAnswer))
    def get(self, query: Body, person_id: UUID) -> Answer:
        """List what was proposed, decided and why: to the person, to staff over them, to whoever proposed it."""
        with reading() as connection:
            store, context = opened(connection)
            page = list_resets(store, context, person_id=person_id, query=query)
            places = store.persons.places_of(person_id)
        return page.answer(lambda reset: reset_answer(reset, places, power=POWER, now=context.now))


@blueprint.route("/v1/persons/<uuid:person_id>/second-factor-resets/<uuid:reset_id>")
class ResetById(MethodView):
    """The end of a second factor that was lost."""

    @blueprint.doc(operationId="propose_second_factor_reset")
    @blueprint.response(201, done_answer(ResetAnswer))
    def put(self, person_id: UUID, reset_id: UUID) -> Answer:
        """Propose it: staff above the person, who have made sure who asks; another decides."""
        return command(
            lambda store, context: reset_answer(
                propose_reset(store, context, reset_id=reset_id, person_id=person_id),
                store.persons.places_of(person_id),
                power=POWER,
                now=context.now,
            ),
            {},
            command_id=reset_id,
        )


@blueprint.route("/v1/persons/<uuid:person_id>/second-factor-resets/<uuid:reset_id>/decision")
class ResetDecision(MethodView):
    """The second person's word on it."""

    @blueprint.doc(operationId="decide_second_factor_reset")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(ResetAnswer))
    def post(self, body: Body, person_id: UUID, reset_id: UUID) -> Answer:
        """Say yes or no, with the reason; never who proposed it, nor whose it is. With a yes every session ends."""
        notices: list[Notice] = []

        def decide(store: SealedStore, context: CommandContext) -> Answer:
            decided, notices[:] = decide_reset(
                store,
                context,
                reset_id=reset_id,
                person_id=person_id,
                ok=body["ok"],
                why=body["why"] or "",
                at=machine_now(),
            )
            return reset_answer(decided, store.persons.places_of(person_id), power=POWER, now=context.now)

        answer = command(decide, body)
        tell(notices)
        return answer
