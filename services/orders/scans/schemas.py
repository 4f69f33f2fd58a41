"""What is answered of scans."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import word_of
from services.orders.core.schemas import shown_id, shown_instant
from services.orders.scans.rules import MediaType, ScanKind


class ScanQuerySchema(Schema):
    """Of which order a photo is; a slip's scan names none: the entries name it."""

    order = fields.UUID(load_default=None)


class ScanSchema(Schema):
    """What is known of a scan; after `deleted_at` the picture is gone and its hash is left."""

    scan_id = shown_id()
    kind = word_of(ScanKind)
    media_type = word_of(MediaType)
    size_bytes = fields.Integer()
    sha256 = fields.String()
    uploaded_by = shown_id()
    uploaded_at = shown_instant()
    deleted_at = shown_instant()


class LookSchema(Schema):
    """Who looked at a picture, and when."""

    looked_by = shown_id()
    looked_at = shown_instant()


class ScanOfOrderSchema(ScanSchema):
    """A scan with who looked at it."""

    looks = fields.List(fields.Nested(LookSchema))


class ScansSchema(Schema):
    """The scans of an order: some at most."""

    items = fields.List(fields.Nested(ScanOfOrderSchema))
    photos_left = fields.Integer(metadata={"description": "How many photos of this visit the caller may add now"})
