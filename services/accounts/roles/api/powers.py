"""Roles: which there are, what each may do, and at which levels of the tree staff roles are held."""

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from libs.contracts.powers import POWERS
from libs.http.fields import word_of
from libs.programme.words import STAFF_ROLES, Role
from services.accounts.core.schemas import Answer, page_answer

blueprint = Blueprint("roles", __name__, description="Roles and powers / 角色与权限")


class RoleKindAnswer(Schema):
    """A role and its powers."""

    role = word_of(Role)
    is_staff = fields.Boolean()
    powers = fields.List(fields.String())


@blueprint.route("/v1/roles")
class Roles(MethodView):
    """All roles."""

    @blueprint.doc(operationId="list_roles")
    @blueprint.response(200, page_answer(RoleKindAnswer))
    def get(self) -> Answer:
        """List the roles with their powers; a role reaches its unit of the tree and all below."""
        items = [
            {
                "role": str(role),
                "is_staff": role in STAFF_ROLES,
                "powers": sorted(power for power, roles in POWERS.items() if role in roles),
            }
            for role in Role
        ]
        return {"items": items, "next": None}
