"""What is answered about imports."""

from marshmallow import Schema, fields

from services.accounts.core.schemas import id_field


class ImportAnswer(Schema):
    """How far an import is, and what became of its rows."""

    import_id = id_field()
    state = fields.String()
    reason = fields.String(allow_none=True)
    rows = fields.Integer(allow_none=True)
    rows_done = fields.Integer()
    accepted = fields.Integer()
    refused = fields.List(fields.Dict())
    persons = fields.List(fields.Dict())
