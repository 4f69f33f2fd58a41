"""The number that opens an account: confirmed by the old one; of a member of staff, changed by two people."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.http import reading
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened, parts, tell
from services.accounts.core.rules.notices import Notice
from services.accounts.core.schemas import Answer, Body, OfUnitSchema, PageSchema, done_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.numbers.refusals import CodeWrongError
from services.accounts.numbers.schemas import (
    NumberCodeSchema,
    NumberConfirmedAnswer,
    NumberProposalAnswer,
    NumberSchema,
    number_proposal_answer,
)
from services.accounts.numbers.store import WAITING, NumberStore
from services.accounts.numbers.usecases.change_number import confirm_number
from services.accounts.numbers.usecases.propose_number import decide_number, list_proposals, propose_number

blueprint = Blueprint("numbers", __name__, description="Numbers that open accounts / 登录号码")


@blueprint.route("/v1/persons/<uuid:person_id>/phone-number/confirmation")
class NumberConfirmation(MethodView):
    """The old number's word on the new one."""

    @blueprint.doc(operationId="confirm_phone_number")
    @blueprint.arguments(NumberCodeSchema)
    @blueprint.response(200, NumberConfirmedAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """Let a changed number open the account at once, by the code that the old number was sent."""
        confirmed = command(
            lambda store, context: {
                "confirmed": confirm_number(
                    store,
                    context,
                    person_id=person_id,
                    code=body["code"],
                    at=machine_now(),
                    digest=parts().vault.digest,
                )
            },
            body,
            about=[person_id],
        )
        if not confirmed["confirmed"]:
            raise CodeWrongError
        return confirmed


@blueprint.route("/v1/phone-changes")
class WaitingNumbers(MethodView):
    """Numbers of staff that wait for a second person."""

    @blueprint.doc(operationId="list_waiting_phone_changes")
    @blueprint.arguments(OfUnitSchema, location="query")
    @blueprint.response(200, page_answer(NumberProposalAnswer))
    def get(self, query: Body) -> Answer:
        """List the numbers proposed for staff at home at a unit and below which nobody has decided about yet."""
        with reading() as connection:
            store, context = opened(connection)
            require_power(store, context, "view_person", query["unit"])
            page = WAITING.page(connection, query, now=context.now).map(NumberStore(store).proposal_of)
            places = store.persons.places([proposal.person_id for proposal in page.rows])
        return page.answer(lambda of: number_proposal_answer(of, places[of.person_id], now=context.now))


@blueprint.route("/v1/persons/<uuid:person_id>/phone-changes")
class NumberChanges(MethodView):
    """What was proposed about a member of staff's number."""

    @blueprint.doc(operationId="list_phone_changes")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200, page_answer(NumberProposalAnswer))
    def get(self, query: Body, person_id: UUID) -> Answer:
        """List what was proposed, decided and why: to the person, to staff over them, to whoever proposed it."""
        with reading() as connection:
            store, context = opened(connection)
            page = list_proposals(store, context, person_id=person_id, query=query)
            places = store.persons.places_of(person_id)
        return page.answer(lambda proposal: number_proposal_answer(proposal, places, now=context.now))


@blueprint.route("/v1/persons/<uuid:person_id>/phone-changes/<uuid:change_id>")
class NumberChangeById(MethodView):
    """Another number for a member of staff."""

    @blueprint.doc(operationId="propose_phone_change")
    @blueprint.arguments(NumberSchema)
    @blueprint.response(201, done_answer(NumberProposalAnswer))
    def put(self, body: Body, person_id: UUID, change_id: UUID) -> Answer:
        """Propose it: the person themselves, or staff above them; another decides."""
        return command(
            lambda store, context: number_proposal_answer(
                propose_number(store, context, proposal_id=change_id, person_id=person_id, number=body["phone_number"]),
                store.persons.places_of(person_id),
                now=context.now,
            ),
            body,
            command_id=change_id,
        )


@blueprint.route("/v1/persons/<uuid:person_id>/phone-changes/<uuid:change_id>/decision")
class NumberDecision(MethodView):
    """The second person's word on it."""

    @blueprint.doc(operationId="decide_phone_change")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(NumberProposalAnswer))
    def post(self, body: Body, person_id: UUID, change_id: UUID) -> Answer:
        """Say yes or no, with the reason; never who proposed it, nor whose number it is."""
        notices: list[Notice] = []

        def decide(store: SealedStore, context: CommandContext) -> Answer:
            decided, notices[:] = decide_number(
                store,
                context,
                proposal_id=change_id,
                person_id=person_id,
                ok=body["ok"],
                why=body["why"] or "",
                at=machine_now(),
                digest=parts().vault.digest,
            )
            return number_proposal_answer(decided, store.persons.places_of(person_id), now=context.now)

        answer = command(decide, body)
        tell(notices)
        return answer
