"""What is said and answered about groups of volunteers."""

from marshmallow import Schema, fields, validate

from libs.http.fields import Text
from services.accounts.core.schemas import NAME_MAX, Answer, PageSchema, id_field
from services.accounts.groups.rules import MEMBERS_MAX, Group


class GroupAnswer(Schema):
    """A group that serves together."""

    group_id = id_field()
    unit_id = id_field()
    name_zh = fields.String()
    name_en = fields.String()
    leader_id = id_field()
    member_ids = fields.List(id_field())
    registered_by = id_field()
    active = fields.Boolean()


class GroupSchema(Schema):
    """A group: where it is at home, who answers for it, who belongs to it."""

    unit_id = fields.UUID(required=True)
    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")
    leader_id = fields.UUID(required=True)
    member_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MEMBERS_MAX))


class LeaderSchema(Schema):
    """Who answers for a group."""

    leader_id = fields.UUID(required=True)


class GroupsQuerySchema(PageSchema):
    """Which groups: of a unit and below, or of a person (default: the caller's own)."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)


def group_answer(group: Group) -> Answer:
    """Return a group."""
    return {
        "group_id": str(group.group_id),
        "unit_id": str(group.unit_id),
        "name_zh": group.name_zh,
        "name_en": group.name_en,
        "leader_id": str(group.leader_id),
        "member_ids": [str(member_id) for member_id in group.member_ids],
        "registered_by": str(group.registered_by),
        "active": group.is_active,
    }
