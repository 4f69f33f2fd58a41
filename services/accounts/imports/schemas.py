"""What is answered about imports."""

from marshmallow import Schema, fields

from libs.http.fields import word_of
from services.accounts.core.schemas import id_field
from services.accounts.imports.store import ImportState


class ImportAnswer(Schema):
    """How far an import is, and what became of its rows."""

    import_id = id_field()
    state = word_of(ImportState)
    failure = fields.String(allow_none=True)
    rows = fields.Integer(allow_none=True)
    rows_done = fields.Integer()
    accepted = fields.Integer()
    refused = fields.List(fields.Dict())
    persons = fields.List(fields.Dict())
