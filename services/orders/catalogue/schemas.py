"""What callers get of the catalogue."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import shown_minutes, word_of
from libs.programme.words import Funding


class CatalogueItemSchema(Schema):
    """A service that can be asked for."""

    code = fields.String()
    version = fields.Integer()
    name_zh = fields.String()
    name_en = fields.String()
    service_class = word_of(tuple("ABCDEF"))
    risk = word_of(tuple("LMH"))
    persons = fields.Integer()
    min_minutes = shown_minutes("the least that may be asked for")
    max_minutes = shown_minutes("the most that may be asked for")
    coefficient_percent = fields.Integer()
    funding = fields.List(word_of(Funding))
    certificate = fields.String()
    certificate_for = fields.String()
    max_grade = fields.String()
    checklist = fields.List(fields.String())
