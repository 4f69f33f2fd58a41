"""What is said and answered about sessions, codes and passwords."""

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Text, Truth, one_of, word_of
from services.accounts.core.rules.identity import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from services.accounts.core.schemas import NAME_MAX, id_field, instant_field


class SignedInAnswer(Schema):
    """Tokens of a session."""

    access_token = fields.String()
    token_type = fields.String()
    expires_at = instant_field()
    refresh_token = fields.String()
    person_id = id_field()
    password_change_required = fields.Boolean()


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
