"""Sessions: sign in, continue, sign out, change the password; and the keys by which tokens are checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import TooManyRequests

from libs.clock import machine_now
from libs.http import (
    current_actor,
    open_before_own_password,
    open_before_second_factor,
    open_to_suspended,
    public,
    reading,
)
from libs.http.gate import Gate
from libs.http.limits import refuse_for
from libs.http.openapi import keyless
from services.accounts.core.edge import command, opened, origin, part, parts, store_on, transaction
from services.accounts.core.schemas import Answer, Body, instant
from services.accounts.sign_in.gateways.code_desk import CodeDesk
from services.accounts.sign_in.gateways.tokens import as_jwk
from services.accounts.sign_in.refusals import (
    CodesUnavailableError,
    PasswordNotNewError,
    RefreshTokenReusedError,
    SignInFailedError,
)
from services.accounts.sign_in.schemas import (
    CodeSchema,
    CodeSentAnswer,
    KeySetAnswer,
    PasswordChangedAnswer,
    PasswordSchema,
    RefreshSchema,
    SignedInAnswer,
    SignInAnswer,
    SignInSchema,
)
from services.accounts.sign_in.usecases.change_password import change_password, present_password_hash
from services.accounts.sign_in.usecases.change_signing_keys import usable_keys
from services.accounts.sign_in.usecases.count_tries import (
    Counted,
    code_request,
    code_try,
    give_back,
    own_password_try,
    password_try,
    take_try,
)
from services.accounts.sign_in.usecases.send_code import CODE_LIFETIME, use_code, use_code_of
from services.accounts.sign_in.usecases.sign_in import (
    Attempt,
    SecondStep,
    SignedIn,
    look_up,
    open_session,
    refresh_session,
    sign_out,
    sign_out_everywhere,
)

blueprint = Blueprint("sessions", __name__, description="Signing in / 登录")


@dataclass(frozen=True)
class SignInParts:
    """What the composition root gives to signing in: who sends codes, and how many may hash at once.

    `is_factor_required`: no office opens without a second factor.
    """

    code_desk: CodeDesk | None
    is_factor_required: bool
    sign_ins: Gate


@blueprint.route("/v1/sessions")
class Sessions(MethodView):
    """Signed-in devices."""

    @public
    @blueprint.doc(operationId="sign_in")
    @blueprint.arguments(SignInSchema)
    @blueprint.response(201, SignInAnswer)
    def post(self, body: Body) -> Answer:
        """Sign in with a phone number or sign-in name, and a password or a code; a second factor is asked for next."""
        make_counted = code_try if "code" in body else password_try
        counted = make_counted(body["login"], origin(), parts().vault.digest)
        with part(SignInParts).sign_ins.enter():
            count_try(counted)
            signed_in = _signed_in(body, counted)
        if signed_in is None:
            raise SignInFailedError
        if isinstance(signed_in, SecondStep):
            return {
                "state": "second_factor_needed",
                "ticket": signed_in.ticket,
                "ticket_expires_at": instant(signed_in.expires_at),
            }
        return {"state": "signed_in", **signed_in_answer(signed_in)}

    @keyless
    @open_to_suspended
    @open_before_second_factor
    @blueprint.doc(operationId="sign_out_everywhere")
    @blueprint.response(204)
    def delete(self) -> None:
        """Sign out on every device: all sessions of the caller end."""
        with transaction() as connection:
            sign_out_everywhere(store_on(connection), person_id=current_actor().person_id, now=machine_now())


@public
@blueprint.route("/v1/sign-in-codes")
class SignInCodes(MethodView):
    """One-time codes."""

    @blueprint.doc(operationId="send_sign_in_code")
    @blueprint.arguments(CodeSchema)
    @blueprint.response(202, CodeSentAnswer)
    def post(self, body: Body) -> Answer:
        """Send a code to the registered telephone, if there is one: the answer is the same either way."""
        desk = part(SignInParts).code_desk
        if desk is None:
            raise CodesUnavailableError
        count_try(code_request(body["login"], origin(), parts().vault.digest))
        if not desk.ask(body["login"], machine_now()):
            raise TooManyRequests(retry_after=1)
        return {"expires_in_seconds": int(CODE_LIFETIME.total_seconds())}


@public
@blueprint.route("/v1/sessions/refresh")
class Refresh(MethodView):
    """Continuing a session."""

    @blueprint.doc(operationId="refresh_session")
    @blueprint.arguments(RefreshSchema)
    @blueprint.response(200, SignedInAnswer)
    def post(self, body: Body) -> Answer:
        """Exchange a refresh token, once, for new tokens; a second use ends the session."""
        with transaction() as connection:
            signed_in = refresh_session(
                store_on(connection),
                refresh_token=body["refresh_token"],
                is_required=part(SignInParts).is_factor_required,
                now=machine_now(),
            )
        if signed_in is None:
            raise RefreshTokenReusedError
        return signed_in_answer(signed_in)


@keyless
@open_to_suspended
@open_before_own_password
@open_before_second_factor
@blueprint.route("/v1/sessions/current")
class CurrentSession(MethodView):
    """The session of the token."""

    @blueprint.doc(operationId="sign_out")
    @blueprint.response(204)
    def delete(self) -> None:
        """Sign out."""
        actor = current_actor()
        with transaction() as connection:
            sign_out(store_on(connection), person_id=actor.person_id, session_id=actor.session_id, now=machine_now())


@open_to_suspended
@open_before_own_password
@blueprint.route("/v1/me/password")
class OwnPassword(MethodView):
    """The caller's password."""

    @blueprint.doc(operationId="change_password")
    @blueprint.arguments(PasswordSchema)
    @blueprint.response(200, PasswordChangedAnswer)
    def post(self, body: Body) -> Answer:
        """Set one's own password, by the present one or by a code; all sessions end."""
        present = require_shown(body)
        if self._is_same(body, present):
            raise PasswordNotNewError
        new_hash = parts().passwords.hash(body["new_password"])
        return command(
            lambda store, context: {
                "changed_at": instant(change_password(store, context, password_hash=new_hash, at=machine_now()))
            },
            body,
        )

    @staticmethod
    def _is_same(body: Body, present: str | None) -> bool:
        if "password" in body:
            return bool(body["password"] == body["new_password"])
        return parts().passwords.matches(body["new_password"], present)


@public
@blueprint.route("/.well-known/jwks.json")
class KeySet(MethodView):
    """The public keys of tokens."""

    @blueprint.doc(operationId="get_signing_keys")
    @blueprint.response(200, KeySetAnswer)
    def get(self) -> Answer:
        """Return the keys that tokens may be signed with now (RFC 7517)."""
        with reading() as connection:
            keys = usable_keys(store_on(connection), now=machine_now())
        return {"keys": [as_jwk(key.key_id, key.public_key) for key in keys]}


def require_shown(body: Body) -> str | None:
    """Have the caller show that they are who they are: a session alone may be a stolen one.

    Return what their present password is checked by. Tries count as those of a sign-in do.

    Raises:
        SignInFailedError: not their password, or not the code.
        TooManyRequests: too many tries.
    """
    with reading() as connection:
        present = present_password_hash(*opened(connection))
    counted = own_password_try(str(current_actor().person_id), parts().vault.digest)
    count_try(counted)
    if not _is_shown(body, present):
        raise SignInFailedError
    with transaction() as connection:
        give_back(store_on(connection), counted, now=machine_now())
    return present


def _is_shown(body: Body, present: str | None) -> bool:
    if "password" in body:
        return parts().passwords.matches(body["password"], present)
    with transaction() as connection:
        return use_code_of(
            store_on(connection),
            current_actor().person_id,
            code=body["code"],
            digest=parts().vault.digest,
            now=machine_now(),
        )


def _signed_in(body: Body, counted: Sequence[Counted]) -> SignedIn | SecondStep | None:
    """Open a session for who shows that they are who they say, or ask for more, and take their try back."""
    now, attempt = machine_now(), Attempt()
    if "password" in body:
        with reading() as connection:
            attempt = look_up(store_on(connection), login=body["login"], now=now)
        if not parts().passwords.matches(body["password"], attempt.password_hash):
            return None
    with transaction() as connection:
        store = store_on(connection)
        if "code" in body:
            attempt = Attempt(
                use_code(store, login=body["login"], code=body["code"], digest=parts().vault.digest, now=now)
            )
        is_required = part(SignInParts).is_factor_required
        signed_in = open_session(store, attempt, by_password="password" in body, is_required=is_required, now=now)
        if signed_in is not None:
            give_back(store, counted, now=now)
    return signed_in


def signed_in_answer(signed_in: SignedIn) -> Answer:
    """Return the tokens of a session."""
    return {
        "access_token": signed_in.access_token,
        "token_type": "Bearer",
        "expires_at": instant(signed_in.expires_at),
        "refresh_token": signed_in.refresh_token,
        "person_id": str(signed_in.person_id),
        "password_change_required": signed_in.password_change_only,
        "enrolment_required": signed_in.must_enrol,
    }


def count_try(counted: Sequence[Counted]) -> None:
    """Count a try before anything is looked at.

    Raises:
        TooManyRequests: there were too many; `Retry-After` is when the next is looked at.
    """
    with transaction() as connection:
        wait = take_try(store_on(connection), counted, now=machine_now())
    refuse_for(wait.total_seconds())
