"""/v1/grants: this month's credit for key elders of a district."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import NotFoundError
from libs.http import reading, run_command
from libs.http.openapi import prefers_wait
from services.redemption.core.api import answer_when_decided, command, reaches, refuse_unless_reaches
from services.redemption.grants import schemas
from services.redemption.grants.queries import GRANT_RUNS
from services.redemption.grants.usecases import schedule_grants

blueprint = Blueprint("grants", __name__, url_prefix="/v1/grants", description="Monthly grants to key elders")


@blueprint.route("")
class GrantRuns(MethodView):
    """The list."""

    @blueprint.doc(operationId="list_grants")
    @blueprint.arguments(schemas.UnitQuerySchema, location="query")
    @blueprint.response(200, schemas.GrantRunPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the runs of a district, newest first."""
        refuse_unless_reaches(query["unit"])
        with reading() as connection:
            return GRANT_RUNS.page(connection, query).answer()


@blueprint.route("/<uuid:grant_run_id>")
class GrantRunResource(MethodView):
    """One run."""

    @blueprint.doc(operationId="grant_credit")
    @prefers_wait
    @blueprint.arguments(schemas.GrantTermsSchema)
    @blueprint.response(200, schemas.GrantRunSchema)
    @blueprint.alt_response(202, schema=schemas.GrantRunSchema, description="Not decided yet")
    def put(self, terms: dict[str, Any], grant_run_id: UUID) -> tuple[dict[str, Any], HTTPStatus]:
        """Grant this month's credit to every key elder of the unit's district who has not had it: all or none."""

        def schedule(connection: Connection) -> dict[str, object]:
            run = schedule_grants(
                connection, command(grant_run_id), grant_run_id=grant_run_id, unit_id=terms["unit_id"]
            )
            return {"grant_run_id": run.grant_run_id}

        run_command(schedule, terms=terms, command_id=grant_run_id)
        return answer_when_decided(GRANT_RUNS.find, grant_run_id)

    @blueprint.doc(operationId="get_grant")
    @blueprint.response(200, schemas.GrantRunSchema)
    def get(self, grant_run_id: UUID) -> dict[str, Any]:
        """Show a run to staff of the district."""
        with reading() as connection:
            row = GRANT_RUNS.find(connection, grant_run_id)
        if row is None or not reaches(row["district_id"]):
            raise NotFoundError
        return row
