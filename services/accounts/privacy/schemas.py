"""What is asked and answered about who looked at whom."""

from marshmallow import Schema, fields

from services.accounts.core.schemas import PageSchema, id_field, instant_field


class ViewAnswer(Schema):
    """A look at somebody's personal data."""

    number = fields.Integer()
    viewed_at = instant_field()
    viewer_id = id_field()
    person_id = id_field()
    what = fields.String()
    why = fields.String()


class AccessLogSchema(PageSchema):
    """Whose log; default: the caller's own."""

    person = fields.UUID(load_default=None)
