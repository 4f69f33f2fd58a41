"""What is said and answered about sessions, codes and passwords."""

from collections.abc import Mapping

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Text
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

    kty = fields.String()
    crv = fields.String()
    use = fields.String()
    alg = fields.String()
    kid = fields.String()
    x = fields.String()


class KeySetAnswer(Schema):
    """The public keys of tokens."""

    keys = fields.List(fields.Nested(KeyAnswer))


def refuse_unless_one(body: Mapping[str, object]) -> None:
    """Refuse unless there is either a password or a code."""
    if ("password" in body) == ("code" in body):
        raise ValidationError("either a password or a code", "password")


class SignInSchema(Schema):
    """A name or phone number, and the password or a code."""

    login = Text(NAME_MAX, shortest=1, required=True)
    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")

    @validates_schema
    def one_of_two(self, body: Mapping[str, object], **_: object) -> None:
        """Refuse both, and none."""
        refuse_unless_one(body)


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

    @validates_schema
    def one_of_two(self, body: Mapping[str, object], **_: object) -> None:
        """Refuse both, and none."""
        refuse_unless_one(body)
