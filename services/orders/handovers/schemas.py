"""What is asked and answered about open work."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import word_of
from libs.programme.names import shown_name
from libs.programme.words import WorkKind
from services.orders.core.schemas import shown_id, shown_instant


class OpenWorkQuerySchema(Schema):
    """At which unit and below; of whom, else what who left has left behind."""

    unit = fields.UUID(required=True)
    person = fields.UUID(load_default=None)


class WaitingWorkSchema(Schema):
    """Something that waits for exactly one person: what it is, about whom or which order, from when until when."""

    kind = word_of(WorkKind)
    subject_id = shown_id()
    holder_id = shown_id()
    unit_id = shown_id()
    unit_name = shown_name()
    about_id = shown_id()
    since_at = shown_instant()
    until_at = shown_instant()
