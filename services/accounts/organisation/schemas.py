"""What is said and answered about units of the tree."""

from marshmallow import Schema, fields

from libs.http.fields import Day, Text, choice_of, object_of
from libs.programme.words import UnitLevel
from services.accounts.core.schemas import GROUP_MAX, GROUPS_MAX, NAME_MAX, PageSchema


class UnitSchema(Schema):
    """A new unit of the tree; a district may be born with its first rules proposed."""

    level = choice_of(UnitLevel, required=True)
    parent_id = fields.UUID(required=True)
    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")
    preset = Text(NAME_MAX, allow_none=True, load_default=None)
    policy = object_of(GROUPS_MAX, values=object_of(GROUP_MAX), load_default=dict)
    effective = Day(allow_none=True, load_default=None)


class UnitNameSchema(Schema):
    """A unit's new names."""

    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")


class UnitQuerySchema(PageSchema):
    """Which units."""

    level = choice_of(UnitLevel, load_default=None)
    parent = fields.UUID(load_default=None)
