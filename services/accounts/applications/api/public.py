"""Applying without an account: prove a number, apply, see what became of it, take it back."""

from dataclasses import dataclass
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import TooManyRequests

from libs.clock import machine_now
from libs.http import public
from libs.programme.names import with_unit_names
from services.accounts.applications.gateways import PrivacyText
from services.accounts.applications.rules import Offer
from services.accounts.applications.schemas import (
    ApplicationDoneAnswer,
    CodeOnItsWayAnswer,
    NumberToProveSchema,
    OwnApplicationAnswer,
    PrivacyTextAnswer,
    ProvedNumberSchema,
    TicketAnswer,
    TicketSchema,
    done_application_answer,
    own_application_answer,
)
from services.accounts.applications.store import ApplicationStore
from services.accounts.applications.usecases.apply import (
    ApplicationForm,
    apply,
    own_application,
    withdraw_application,
)
from services.accounts.applications.usecases.prove_number import (
    CODE_LIFETIME,
    TICKET_LIFETIME,
    open_ticket,
    proved_number,
)
from services.accounts.core.edge import now, origin, part, parts, store_on, transaction
from services.accounts.core.rules.identity import canonical_phone
from services.accounts.core.schemas import Answer, Body
from services.accounts.numbers.refusals import CodeWrongError
from services.accounts.sign_in.api.sessions import count_try
from services.accounts.sign_in.gateways.code_desk import CodeDesk
from services.accounts.sign_in.refusals import CodesUnavailableError
from services.accounts.sign_in.usecases.count_tries import applicant_try, application_code_request, give_back

blueprint = Blueprint("applying", __name__, description="Applying to be a volunteer / 报名做志愿者")


@dataclass(frozen=True)
class ApplyingParts:
    """What the composition root gives to applying: who sends codes."""

    code_desk: CodeDesk | None


@public
@blueprint.route("/v1/applications/privacy-text")
class PrivacyTextInForce(MethodView):
    """What becomes of an applicant's data."""

    @blueprint.doc(operationId="get_privacy_text")
    @blueprint.response(200, PrivacyTextAnswer)
    def get(self) -> Answer:
        """Return the text in force, whose version an application names."""
        text = part(PrivacyText)
        return {"version": text.version, "zh": text.zh, "en": text.en}


@public
@blueprint.route("/v1/applications/codes")
class ApplicationCodes(MethodView):
    """Codes that prove a number."""

    @blueprint.doc(operationId="send_application_code")
    @blueprint.arguments(NumberToProveSchema)
    @blueprint.response(202, CodeOnItsWayAnswer)
    def post(self, body: Body) -> Answer:
        """Send a code to a number, whoever has it: the answer is the same for all."""
        desk = part(ApplyingParts).code_desk
        if desk is None:
            raise CodesUnavailableError
        number = canonical_phone(body["phone_number"])
        count_try(application_code_request(number, origin(), parts().vault.digest))
        if not desk.ask(number, machine_now()):
            raise TooManyRequests(retry_after=1)
        return {"expires_in_seconds": int(CODE_LIFETIME.total_seconds())}


@public
@blueprint.route("/v1/applications/tickets")
class ApplicationTickets(MethodView):
    """Numbers that were proved."""

    @blueprint.doc(operationId="prove_number")
    @blueprint.arguments(ProvedNumberSchema)
    @blueprint.response(201, TicketAnswer)
    def post(self, body: Body) -> Answer:
        """Give a ticket for the code that the number was sent; with it one applies, looks, and withdraws."""
        number, digest = canonical_phone(body["phone_number"]), parts().vault.digest
        counted = applicant_try(number, origin(), digest)
        count_try(counted)
        with transaction() as connection:
            store = store_on(connection)
            ticket = open_ticket(store, number=number, code=body["code"], digest=digest, now=machine_now())
            if ticket is not None:
                give_back(store, counted, now=machine_now())
        if ticket is None:
            raise CodeWrongError
        return {"ticket": ticket, "expires_in_seconds": int(TICKET_LIFETIME.total_seconds())}


class Apply:
    """The part of an application's resource that needs no account."""

    @staticmethod
    def put(body: Body, application_id: UUID) -> Answer:
        """Apply by a number that was proved."""
        form = ApplicationForm(
            application_id=application_id,
            name=" ".join(body["name"].split()),
            born=body["born"],
            sex=body["sex"],
            unit_id=body["unit_id"],
            offer=Offer(tuple(dict.fromkeys(body["services"])), tuple(dict(window) for window in body["hours"])),
            privacy_version=body["privacy_version"],
        )
        with transaction() as connection:
            store = store_on(connection)
            number = proved_number(store, body["ticket"], now=machine_now())
            made = apply(store, form, number=number, privacy_version=part(PrivacyText).version, now=now())
            return done_application_answer(ApplicationStore(store).shown(made.application_id, now=now()))


@public
@blueprint.route("/v1/applications/own")
class OwnApplication(MethodView):
    """The application of who has a ticket."""

    @blueprint.doc(operationId="show_own_application")
    @blueprint.arguments(TicketSchema)
    @blueprint.response(200, OwnApplicationAnswer)
    def post(self, body: Body) -> Answer:
        """Return the newest application with the number that was proved."""
        with transaction() as connection:
            store = store_on(connection)
            number = proved_number(store, body["ticket"], now=machine_now())
            application = own_application(store, number=number)
            own = own_application_answer(ApplicationStore(store).shown(application.application_id, now=now()))
            return with_unit_names(connection, [own], "unit_id")[0]


@public
@blueprint.route("/v1/applications/withdrawal")
class Withdrawal(MethodView):
    """An application taken back."""

    @blueprint.doc(operationId="withdraw_application")
    @blueprint.arguments(TicketSchema)
    @blueprint.response(200, ApplicationDoneAnswer)
    def post(self, body: Body) -> Answer:
        """Take one's own application back; it is forgotten within thirty days."""
        with transaction() as connection:
            store = store_on(connection)
            number = proved_number(store, body["ticket"], now=machine_now())
            withdrawn = withdraw_application(store, number=number, now=now())
            return done_application_answer(ApplicationStore(store).shown(withdrawn.application_id, now=now()))
