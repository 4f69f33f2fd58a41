"""The second factor: shown when somebody signs in, set up by whoever holds an office, changed only by showing it."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.http import current_actor, open_before_second_factor, public, reading
from libs.http.openapi import keyless
from services.accounts.core.edge import opened, origin, part, parts, store_on, tell, transaction
from services.accounts.core.rules.roles import is_staff
from services.accounts.core.schemas import Answer, Body, instant
from services.accounts.core.store.store import SealedStore
from services.accounts.sign_in.api.sessions import SignInParts, count_try, require_shown, signed_in_answer
from services.accounts.sign_in.schemas import (
    EnrolledAnswer,
    EnrolmentAnswer,
    EnrolmentSchema,
    FactorRemovedAnswer,
    FirstCodeSchema,
    RecoveryCodesAnswer,
    SecondFactorAnswer,
    SecondFactorShownSchema,
    SecondStepSchema,
    SignedInAnswer,
)
from services.accounts.sign_in.store.factor_store import Done, FactorStore, confirmed_at
from services.accounts.sign_in.usecases.count_tries import Counted, give_back, second_factor_try
from services.accounts.sign_in.usecases.finish_sign_in import finish_sign_in, whose_ticket
from services.accounts.sign_in.usecases.second_factor import (
    Shown,
    begin_enrolment,
    confirm_enrolment,
    remove_second_factor,
    renew_recovery_codes,
)

blueprint = Blueprint("second_factor", __name__, description="The second factor / 第二重验证")


@blueprint.route("/v1/sessions/second-factor")
class SecondStep(MethodView):
    """The second step of signing in."""

    @keyless
    @public
    @blueprint.doc(operationId="finish_sign_in")
    @blueprint.arguments(SecondStepSchema)
    @blueprint.response(201, SignedInAnswer)
    def post(self, body: Body) -> Answer:
        """Show the second factor, or a recovery code, for the ticket that the first step gave."""
        with reading() as connection:
            person_id = whose_ticket(store_on(connection), body["ticket"], now=machine_now())
        counted = _count(person_id, body)
        with transaction() as connection:
            store = store_on(connection)
            signed_in, notices = finish_sign_in(
                store,
                body["ticket"],
                _shown(body),
                is_required=part(SignInParts).is_factor_required,
                now=machine_now(),
            )
            give_back(store, counted, now=machine_now())
        tell(notices)
        return signed_in_answer(signed_in)


@open_before_second_factor
@blueprint.route("/v1/me/second-factor")
class OwnSecondFactor(MethodView):
    """The caller's second factor."""

    @blueprint.doc(operationId="get_second_factor")
    @blueprint.response(200, SecondFactorAnswer)
    def get(self) -> Answer:
        """Return since when the caller has one, whether their office needs it, and what was done with it lately."""
        person_id = current_actor().person_id
        with reading() as connection:
            store = store_on(connection)
            factors, holds_office = FactorStore(store), is_staff(store.persons.places_of(person_id))
            since = confirmed_at(connection, person_id)
            return {
                "confirmed_at": instant(since) if since else None,
                "required": holds_office and part(SignInParts).is_factor_required,
                "recovery_codes_left": factors.recovery_codes_left(person_id),
                "acts": [_act_answer(done) for done in factors.acts(person_id)],
            }

    @keyless
    @blueprint.doc(operationId="enrol_second_factor")
    @blueprint.arguments(EnrolmentSchema)
    @blueprint.response(201, EnrolmentAnswer)
    def post(self, body: Body) -> Answer:
        """Begin to set one up, or another in place of the present one, which is shown; a first code confirms it."""
        require_shown(body)
        counted = _count(current_actor().person_id, body) if {"totp_code", "recovery_code"} & body.keys() else []
        with transaction() as connection:
            store, context = opened(connection)
            begun = begin_enrolment(store, context, _shown(body), now=machine_now())
            _give_back(store, counted)
        tell(begun.notices)
        return {"secret": begun.secret, "uri": begun.uri, "expires_at": instant(begun.expires_at)}


@open_before_second_factor
@blueprint.route("/v1/me/second-factor/first-code")
class FirstCode(MethodView):
    """The first code."""

    @keyless
    @blueprint.doc(operationId="confirm_second_factor")
    @blueprint.arguments(FirstCodeSchema)
    @blueprint.response(201, EnrolledAnswer)
    def post(self, body: Body) -> Answer:
        """Put it in force by its first code: every session ends but the new one that is answered."""
        counted = _count(current_actor().person_id, body)
        with transaction() as connection:
            store, context = opened(connection)
            is_required = part(SignInParts).is_factor_required
            confirmed = confirm_enrolment(
                store, context, totp_code=body["totp_code"], is_required=is_required, now=machine_now()
            )
            _give_back(store, counted)
        tell(confirmed.notices)
        return {**signed_in_answer(confirmed.signed_in), "recovery_codes": confirmed.recovery_codes}


@blueprint.route("/v1/me/second-factor/recovery-codes")
class RecoveryCodes(MethodView):
    """Codes for the day it is lost."""

    @keyless
    @blueprint.doc(operationId="renew_recovery_codes")
    @blueprint.arguments(SecondFactorShownSchema)
    @blueprint.response(201, RecoveryCodesAnswer)
    def post(self, body: Body) -> Answer:
        """Make new ones, by showing the second factor; the old ones work no more."""
        counted = _count(current_actor().person_id, body)
        with transaction() as connection:
            store, context = opened(connection)
            codes, notices = renew_recovery_codes(store, context, _shown(body), now=machine_now())
            _give_back(store, counted)
        tell(notices)
        return {"recovery_codes": codes}


@blueprint.route("/v1/me/second-factor/removal")
class Removal(MethodView):
    """The end of a second factor."""

    @keyless
    @blueprint.doc(operationId="remove_second_factor")
    @blueprint.arguments(SecondFactorShownSchema)
    @blueprint.response(200, FactorRemovedAnswer)
    def post(self, body: Body) -> Answer:
        """Remove it, by showing it once more; every session ends."""
        counted, now = _count(current_actor().person_id, body), machine_now()
        with transaction() as connection:
            store, context = opened(connection)
            notices = remove_second_factor(store, context, _shown(body), now=now)
            _give_back(store, counted)
        tell(notices)
        return {"removed_at": instant(now)}


def _shown(body: Body) -> Shown:
    return Shown(body.get("totp_code"), body.get("recovery_code"))


def _count(person_id: UUID, body: Body) -> list[Counted]:
    """Count a try at a second factor before it is looked at.

    Raises:
        TooManyRequests: too many tries.
    """
    kind = "recovery-code" if "recovery_code" in body else "totp"
    counted = second_factor_try(str(person_id), kind, origin(), parts().vault.digest)
    count_try(counted)
    return counted


def _give_back(store: SealedStore, counted: list[Counted]) -> None:
    if counted:
        give_back(store, counted, now=machine_now())


def _act_answer(done: Done) -> Answer:
    return {"act": done.act, "done_by": str(done.done_by), "done_at": instant(done.done_at)}
