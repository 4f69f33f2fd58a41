"""Groups that serve together, registered by staff."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from services.accounts.core.edge import command, opened
from services.accounts.core.schemas import Answer, Body, NothingSchema, page_answer
from services.accounts.core.usecases.authorise import require_power, whose_list
from services.accounts.groups.schemas import GroupAnswer, GroupSchema, GroupsQuerySchema, LeaderSchema, group_answer
from services.accounts.groups.store import GROUPS, GroupStore, group_of
from services.accounts.groups.usecases import (
    NewGroup,
    add_member,
    change_leader,
    end_group,
    register_group,
    remove_member,
)

blueprint = Blueprint("groups", __name__, description="Groups / 团体")


@blueprint.route("/v1/groups")
class Groups(MethodView):
    """All groups."""

    @blueprint.doc(operationId="list_groups")
    @blueprint.arguments(GroupsQuerySchema, location="query")
    @blueprint.response(200, page_answer(GroupAnswer))
    def get(self, query: Body) -> Answer:
        """List the groups of a unit and below to staff who reach it, or of a person also to themselves."""
        with reading() as connection:
            store, context = opened(connection)
            person_id = whose_list(store, context, unit_id=query["unit"], person_id=query["person"])
            page = GROUPS.page(connection, query, person=person_id)
        return page.answer(lambda row: group_answer(group_of(row)))


@blueprint.route("/v1/groups/<uuid:group_id>")
class GroupById(MethodView):
    """One group."""

    @blueprint.doc(operationId="get_group")
    @blueprint.response(200, GroupAnswer)
    def get(self, group_id: UUID) -> Answer:
        """Return a group, to its members, its leader, and staff who reach it."""
        with reading() as connection:
            store, context = opened(connection)
            group = GroupStore(store.connection).look(group_id)
            if context.caller_id not in (group.leader_id, *group.member_ids):
                require_power(store, context, "view_person", group.unit_id)
        return group_answer(group)

    @blueprint.doc(operationId="register_group")
    @blueprint.arguments(GroupSchema)
    @blueprint.response(201, GroupAnswer)
    def put(self, body: Body, group_id: UUID) -> Answer:
        """Register a group with the adult who answers for it and its members."""
        new = NewGroup(
            group_id=group_id,
            unit_id=body["unit_id"],
            name_zh=body["name_zh"],
            name_en=body["name_en"],
            leader_id=body["leader_id"],
            member_ids=body["member_ids"],
        )
        return command(
            lambda store, context: group_answer(register_group(store, context, new)), body, command_id=group_id
        )

    @blueprint.doc(operationId="end_group")
    @blueprint.response(200, GroupAnswer)
    def delete(self, group_id: UUID) -> Answer:
        """End a group."""
        return command(lambda store, context: group_answer(end_group(store, context, group_id=group_id)), {})


@blueprint.route("/v1/groups/<uuid:group_id>/leader")
class GroupLeader(MethodView):
    """Who answers for a group."""

    @blueprint.doc(operationId="change_group_leader")
    @blueprint.arguments(LeaderSchema)
    @blueprint.response(200, GroupAnswer)
    def post(self, body: Body, group_id: UUID) -> Answer:
        """Let another adult answer for a group."""
        return command(
            lambda store, context: group_answer(
                change_leader(store, context, group_id=group_id, leader_id=body["leader_id"])
            ),
            body,
        )


@blueprint.route("/v1/groups/<uuid:group_id>/members/<uuid:person_id>")
class GroupMember(MethodView):
    """A member of a group."""

    @blueprint.doc(operationId="add_group_member")
    @blueprint.arguments(NothingSchema)
    @blueprint.response(200, GroupAnswer)
    def post(self, body: Body, group_id: UUID, person_id: UUID) -> Answer:
        """Let a person belong to a group."""
        return command(
            lambda store, context: group_answer(add_member(store, context, group_id=group_id, person_id=person_id)),
            body,
        )

    @blueprint.doc(operationId="remove_group_member")
    @blueprint.response(200, GroupAnswer)
    def delete(self, group_id: UUID, person_id: UUID) -> Answer:
        """Let a person belong to a group no more; anyone may leave."""
        return command(
            lambda store, context: group_answer(remove_member(store, context, group_id=group_id, person_id=person_id)),
            {},
        )
