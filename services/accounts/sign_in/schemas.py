"""What is said and answered about sessions, codes and passwords."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.contracts.powers import POWERS
from libs.http.fields import Choice, Text, Truth, one_of, word_of
from libs.programme.two_people_schemas import ProposalAnswer, proposal_answer
from services.accounts.core.rules.identity import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from services.accounts.core.rules.roles import RolePlace, roles_signing
from services.accounts.core.schemas import NAME_MAX, Answer, id_field, instant_field
from services.accounts.sign_in.rules import FactorAct
from services.accounts.sign_in.store.factor_store import Reset


class SignedInAnswer(Schema):
    """Tokens of a session."""

    access_token = fields.String()
    token_type = fields.String()
    expires_at = instant_field()
    refresh_token = fields.String()
    person_id = id_field()
    password_change_required = fields.Boolean()
    enrolment_required = fields.Boolean()


class SignInAnswer(SignedInAnswer):
    """Tokens of a session; or a ticket, which opens nothing, for whoever has to give a second factor."""

    state = fields.String(validate=validate.OneOf(("signed_in", "second_factor_needed")))
    ticket = fields.String()
    ticket_expires_at = instant_field()


class CodeSentAnswer(Schema):
    """A code was sent, if there is such a telephone."""

    expires_in_seconds = fields.Integer()


class PasswordChangedAnswer(Schema):
    """When all sessions ended."""

    changed_at = instant_field()


class KeyAnswer(Schema):
    """A public key (RFC 8037)."""

    kty = word_of(("OKP",))
    crv = word_of(("Ed25519",))
    use = fields.String()
    alg = fields.String()
    kid = fields.String()
    x = fields.String()


class KeySetAnswer(Schema):
    """The public keys of tokens."""

    keys = fields.List(fields.Nested(KeyAnswer))


class SignInSchema(Schema):
    """A name or phone number, and the password or a code."""

    login = Text(NAME_MAX, shortest=1, required=True)
    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")

    means = one_of("password", "code")


class CodeSchema(Schema):
    """Who wants a code."""

    login = Text(NAME_MAX, shortest=1, required=True)


class RefreshSchema(Schema):
    """The secret that continues a session."""

    refresh_token = Text(128, shortest=1, required=True)


class PasswordSchema(Schema):
    """The present password, or a code sent to the registered telephone, and the new one."""

    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")
    new_password = Text(PASSWORD_LENGTH_MAX, shortest=PASSWORD_LENGTH_MIN, required=True)

    means = one_of("password", "code")


class DeviceAnswer(Schema):
    """A device: a key, and since when; `current`: it was last shown in the session that asks."""

    key_id = fields.String()
    registered_at = instant_field()
    current = fields.Boolean()


class DevicesAnswer(Schema):
    """The caller's devices."""

    items = fields.List(fields.Nested(DeviceAnswer))


class DeviceRevokedAnswer(Schema):
    """When a device's key ended."""

    key_id = fields.String()
    revoked_at = instant_field()


class PublicKeySchema(Schema):
    """A public key of P-256 as WebCrypto exports it (JWK), its four members alone."""

    kty = Choice(("EC",), required=True)
    crv = Choice(("P-256",), required=True)
    x = Text(43, shortest=43, required=True)
    y = Text(43, shortest=43, required=True)


class DeviceSchema(Schema):
    """A device that registers itself."""

    public_key = fields.Nested(PublicKeySchema, required=True)


class ShownSchema(Schema):
    """The present password, or a code sent to the registered telephone."""

    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")

    means = one_of("password", "code")


ABOUT_MAX = 80
SECRET_LENGTH = 43


class RequestSchema(Schema):
    """What a browser says of itself."""

    about = Text(ABOUT_MAX, shortest=1, required=True)


class RequestAnswer(Schema):
    """What the browser that asked holds: its secret, what the QR says, and the number that both screens show."""

    secret = fields.String()
    approval = fields.String()
    number = fields.String()
    expires_at = instant_field()


class ResultSchema(Schema):
    """The secret of the browser that asked."""

    secret = Text(SECRET_LENGTH, shortest=SECRET_LENGTH, required=True)


class ResultAnswer(SignedInAnswer):
    """Whether it was approved, and then the tokens."""

    state = fields.String(validate=validate.OneOf(("waiting", "signed_in")))


class RequestShownAnswer(Schema):
    """Which browser asks, from where, since when; and as whom it would be signed in."""

    about = fields.String()
    address = fields.String()
    number = fields.String()
    asked_at = instant_field()
    expires_at = instant_field()
    person_id = id_field()


class DecisionSchema(Schema):
    """Yes or no."""

    ok = Truth(required=True)


class DecisionAnswer(Schema):
    """How it was decided."""

    decision = fields.String(validate=validate.OneOf(("approved", "refused")))


TOTP_PATTERN = "^[0-9]{6}$"
RECOVERY_LENGTH_MIN, RECOVERY_LENGTH_MAX = 10, 20


class SecondStepSchema(Schema):
    """The ticket of whoever gave the first factor, and a code of their second, or a recovery code."""

    ticket = Text(SECRET_LENGTH, shortest=SECRET_LENGTH, required=True)
    totp_code = Text(6, pattern=TOTP_PATTERN)
    recovery_code = Text(RECOVERY_LENGTH_MAX, shortest=RECOVERY_LENGTH_MIN)

    means = one_of("totp_code", "recovery_code")


class SecondFactorShownSchema(Schema):
    """A code of the present second factor, or a recovery code."""

    totp_code = Text(6, pattern=TOTP_PATTERN)
    recovery_code = Text(RECOVERY_LENGTH_MAX, shortest=RECOVERY_LENGTH_MIN)

    means = one_of("totp_code", "recovery_code")


class EnrolmentSchema(ShownSchema):
    """The password or a code that was sent; and of who has a second factor, a code of it or a recovery code."""

    totp_code = Text(6, pattern=TOTP_PATTERN)
    recovery_code = Text(RECOVERY_LENGTH_MAX, shortest=RECOVERY_LENGTH_MIN)

    @validates_schema
    def one_second_factor(self, body: Mapping[str, Any], **_: object) -> None:
        """Refuse two codes where one is enough."""
        if "totp_code" in body and "recovery_code" in body:
            raise ValidationError("Give one of: totp_code, recovery_code.")


class FirstCodeSchema(Schema):
    """The first code of a new second factor."""

    totp_code = Text(6, pattern=TOTP_PATTERN, required=True)


class EnrolmentAnswer(Schema):
    """A new secret, shown this once: to be typed, and as the address that a QR says."""

    secret = fields.String()
    uri = fields.String()
    expires_at = instant_field()


class RecoveryCodesAnswer(Schema):
    """Codes to be kept on paper, shown this once; each works once."""

    recovery_codes = fields.List(fields.String())


class EnrolledAnswer(SignedInAnswer):
    """Tokens of the one session that is left, and codes to be kept on paper, shown this once."""

    recovery_codes = fields.List(fields.String())


class FactorRemovedAnswer(Schema):
    """When all sessions ended."""

    removed_at = instant_field()


class FactorActAnswer(Schema):
    """What was done with a second factor, by whom, when."""

    act = fields.String(validate=validate.OneOf(list(FactorAct)))
    done_by = id_field()
    done_at = instant_field()


class SecondFactorAnswer(Schema):
    """The caller's second factor: since when, whether their office needs one, and what was done with it lately."""

    confirmed_at = instant_field(allow_none=True)
    required = fields.Boolean()
    recovery_codes_left = fields.Integer()
    acts = fields.List(fields.Nested(FactorActAnswer))


class ResetAnswer(ProposalAnswer):
    """The end of a second factor that was lost, as proposed and decided."""

    reset_id = id_field()
    person_id = id_field()


def reset_answer(of: Reset, theirs: Collection[RolePlace], *, power: str, now: datetime) -> Answer:
    """Return what was proposed; `theirs` are the person's roles."""
    return proposal_answer(of.proposal, power, now=now) | {
        "reset_id": str(of.proposal.proposal_id),
        "person_id": str(of.person_id),
        "roles_to_decide": roles_signing(POWERS[power], theirs),
    }
