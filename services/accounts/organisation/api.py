"""The organisation tree."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import public, reading
from libs.ids import id_from_cause
from libs.programme.words import UnitLevel
from services.accounts.core.edge import command, part, store_on
from services.accounts.core.refusals import DistrictNeededError
from services.accounts.core.schemas import Answer, Body, UnitAnswer, page_answer, unit_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.unit_store import unit_of
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.organisation.schemas import UnitNameSchema, UnitQuerySchema, UnitSchema
from services.accounts.organisation.store import UNITS
from services.accounts.organisation.usecases.add_unit import add_unit
from services.accounts.organisation.usecases.rename_unit import rename_unit
from services.accounts.policies.rules import RuleBook
from services.accounts.policies.usecases.propose_policy import propose_policy

blueprint = Blueprint("organisation-units", __name__, description="The organisation tree / 组织")


@blueprint.route("/v1/organisation-units")
class Units(MethodView):
    """All units."""

    @public
    @blueprint.doc(operationId="list_units")
    @blueprint.arguments(UnitQuerySchema, location="query")
    @blueprint.response(200, page_answer(UnitAnswer))
    def get(self, query: Body) -> Answer:
        """List units by level or parent."""
        with reading() as connection:
            page = UNITS.page(connection, query)
        return page.answer(lambda row: unit_answer(unit_of(row)))


@blueprint.route("/v1/organisation-units/<uuid:unit_id>")
class UnitById(MethodView):
    """One unit."""

    @public
    @blueprint.doc(operationId="get_unit")
    @blueprint.response(200, UnitAnswer)
    def get(self, unit_id: UUID) -> Answer:
        """Return a unit."""
        with reading() as connection:
            return unit_answer(store_on(connection).units.unit(unit_id))

    @blueprint.doc(operationId="add_unit")
    @blueprint.arguments(UnitSchema)
    @blueprint.response(201, UnitAnswer)
    def put(self, body: Body, unit_id: UUID) -> Answer:
        """Add a unit; a district with `preset` is born with its first rules proposed, which another person decides."""
        return command(lambda store, context: _add(store, context, unit_id, body), body, command_id=unit_id)


@blueprint.route("/v1/organisation-units/<uuid:unit_id>/names")
class UnitNames(MethodView):
    """What a unit is called."""

    @blueprint.doc(operationId="rename_unit")
    @blueprint.arguments(UnitNameSchema)
    @blueprint.response(200, UnitAnswer)
    def post(self, body: Body, unit_id: UUID) -> Answer:
        """Give a unit other names."""
        return command(
            lambda store, context: unit_answer(
                rename_unit(store, context, unit_id=unit_id, name_zh=body["name_zh"], name_en=body["name_en"])
            ),
            body,
        )


def _add(store: SealedStore, context: CommandContext, unit_id: UUID, body: Body) -> Answer:
    unit = add_unit(
        store,
        context,
        unit_id=unit_id,
        level=body["level"],
        parent_id=body["parent_id"],
        name_zh=body["name_zh"],
        name_en=body["name_en"],
    )
    if body["preset"] is None:
        return unit_answer(unit)
    if unit.level is not UnitLevel.DISTRICT:
        raise DistrictNeededError(unit_id=unit_id)
    policy = propose_policy(
        store,
        context,
        part(RuleBook),
        policy_id=id_from_cause(unit_id, "policy", "1"),
        unit_id=unit_id,
        effective=body["effective"] or context.today,
        preset=body["preset"],
        changes=body["policy"],
    )
    return unit_answer(unit) | {"policy_id": str(policy.policy_id)}
