"""Programme policies: presets, parameters, versions proposed by one person and published by another."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.http import public, reading
from libs.programme.names import with_unit_names
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, now, part, service, store_on
from services.accounts.core.refusals import DistrictNeededError
from services.accounts.core.schemas import Answer, Body, done_answer, page_answer
from services.accounts.policies.rules import Policy, RuleBook
from services.accounts.policies.schemas import (
    CurrentPolicySchema,
    ParameterAnswer,
    PolicyAnswer,
    PolicyQuerySchema,
    PolicySchema,
    PresetAnswer,
    parameter_answer,
    policy_answer,
    preset_answer,
)
from services.accounts.policies.store import POLICIES, PolicyStore, policy_in_force, policy_of
from services.accounts.policies.usecases.decide_policy import decide_policy
from services.accounts.policies.usecases.propose_policy import propose_policy

blueprint = Blueprint("policies", __name__, description="Programme policies / 规则")


@blueprint.route("/v1/policies/presets")
class Presets(MethodView):
    """What cities published."""

    @blueprint.doc(operationId="list_presets")
    @blueprint.response(200, page_answer(PresetAnswer))
    def get(self) -> Answer:
        """List all presets with their sources."""
        return {"items": [preset_answer(preset) for preset in part(RuleBook).presets.values()], "next": None}


@blueprint.route("/v1/policies/parameters")
class Parameters(MethodView):
    """Every parameter."""

    @public
    @blueprint.doc(operationId="list_parameters")
    @blueprint.response(200, page_answer(ParameterAnswer))
    def get(self) -> Answer:
        """List all parameters with type, bounds, default and whose number it is."""
        return {
            "items": [parameter_answer(parameter) for parameter in part(RuleBook).parameters.values()],
            "next": None,
        }


@blueprint.route("/v1/policies/current")
class CurrentPolicy(MethodView):
    """The rules in force."""

    @public
    @blueprint.doc(operationId="get_current_policy")
    @blueprint.arguments(CurrentPolicySchema, location="query")
    @blueprint.response(200, PolicyAnswer)
    def get(self, query: Body) -> Answer:
        """Return the version in force in the district of a unit, today or on a day."""
        with reading() as connection:
            policy = _in_force(connection, query["unit"], query["on"])
            if policy is None:
                raise RecordNotFoundError(unit_id=query["unit"])
            return _shown(connection, [policy])[0]


@blueprint.route("/v1/policies")
class Policies(MethodView):
    """All versions."""

    @blueprint.doc(operationId="list_policies")
    @blueprint.arguments(PolicyQuerySchema, location="query")
    @blueprint.response(200, page_answer(PolicyAnswer))
    def get(self, query: Body) -> Answer:
        """List versions of a district's rules; with `on`, only the one in force that day."""
        with reading() as connection:
            if query["on"] is not None:
                policy = _in_force(connection, query["unit"], query["on"])
                return {"items": _shown(connection, [policy] if policy else []), "next": None}
            district_id = _district(connection, query["unit"]) if query["unit"] else None
            page = POLICIES.page(connection, query, now=now(), district=district_id)
            return page.showing(_shown(connection, [policy_of(row) for row in page.rows]))


@blueprint.route("/v1/policies/<uuid:policy_id>")
class PolicyById(MethodView):
    """One version."""

    @blueprint.doc(operationId="get_policy")
    @blueprint.response(200, PolicyAnswer)
    def get(self, policy_id: UUID) -> Answer:
        """Return a version."""
        with reading() as connection:
            return _shown(connection, [PolicyStore(connection).policy(policy_id)])[0]

    @blueprint.doc(operationId="propose_policy")
    @blueprint.arguments(PolicySchema)
    @blueprint.response(201, done_answer(PolicyAnswer))
    def put(self, body: Body, policy_id: UUID) -> Answer:
        """Propose the next version: changes on top of a preset or of the version published last."""
        return command(
            lambda store, context: policy_answer(
                propose_policy(
                    store,
                    context,
                    part(RuleBook),
                    policy_id=policy_id,
                    unit_id=body["unit_id"],
                    effective=body["effective"],
                    preset=body["preset"],
                    changes=body["set"],
                ),
                now(),
            ),
            body,
            command_id=policy_id,
        )


@blueprint.route("/v1/policies/<uuid:policy_id>/decision")
class PolicyDecision(MethodView):
    """The second person's decision."""

    @blueprint.doc(operationId="decide_policy")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(PolicyAnswer))
    def post(self, body: Body, policy_id: UUID) -> Answer:
        """Publish a proposed version, or turn it down; never by who proposed it."""
        return command(
            lambda store, context: policy_answer(
                decide_policy(store, context, policy_id=policy_id, ok=body["ok"], why=body["why"] or ""), now()
            ),
            body,
        )


def _shown(connection: Connection, policies: Sequence[Policy]) -> list[Answer]:
    return with_unit_names(connection, [policy_answer(policy, now()) for policy in policies], "unit_id")


def _in_force(connection: Connection, unit_id: UUID, on: date | None) -> Policy | None:
    day = on or local_date(service().clock.now())
    return policy_in_force(connection, district_id=_district(connection, unit_id), on=day)


def _district(connection: Connection, unit_id: UUID) -> UUID:
    district_id = store_on(connection).units.unit(unit_id).district_id
    if district_id is None:
        raise DistrictNeededError(unit_id=unit_id)
    return district_id
