"""What callers get of the catalogue."""

from __future__ import annotations

from marshmallow import Schema, fields


class CatalogueItemSchema(Schema):
    """A service that can be asked for."""

    code = fields.String()
    version = fields.Integer()
    name_zh = fields.String()
    name_en = fields.String()
    service_class = fields.String()
    risk = fields.String()
    persons = fields.Integer()
    min_minutes = fields.Integer()
    max_minutes = fields.Integer()
    coefficient_percent = fields.Integer()
    funding = fields.List(fields.String())
    certificate = fields.String()
    certificate_for = fields.String()
    max_grade = fields.String()
    checklist = fields.List(fields.String())
