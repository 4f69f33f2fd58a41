"""/v1/visits, /v1/visit-plans, /v1/indicators: care visits, who is to be seen, and the monthly rate."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError, NotFoundError
from libs.http import current_actor, reading
from libs.programme.names import with_unit_names
from services.orders.core.api.edge import command, now, reaches
from services.orders.core.api.views import may_know_of
from services.orders.core.schemas import PageQuerySchema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.visits import schemas, store
from services.orders.visits.usecases import assign_visitor, record_visit

visits = Blueprint("visits", __name__, url_prefix="/v1/visits", description="Care visits")
indicators = Blueprint("indicators", __name__, url_prefix="/v1/indicators", description="Figures of a unit")
MONTHLY_PAGE = page_of_schema(schemas.MonthlyRowSchema)
PLANS_PAGE = page_of_schema(schemas.VisitPlanSchema)
visit_plans = Blueprint("visit_plans", __name__, url_prefix="/v1/visit-plans", description="Who is to be seen when")


@visits.route("/<uuid:visit_id>")
class Visits(MethodView):
    """A care visit."""

    @visits.doc(operationId="record_visit")
    @visits.arguments(schemas.VisitTermsSchema)
    @visits.response(201, schemas.VisitSchema)
    def put(self, terms: Row, visit_id: UUID) -> Row:
        """Record a care visit."""
        visit = {name: terms[name] for name in ("person_id", "how", "outcome", "findings")}
        return command(lambda c, context: record_visit(c, context, visit_id, **visit), terms, command_id=visit_id)

    @visits.doc(operationId="get_visit")
    @visits.response(200, schemas.VisitSchema)
    def get(self, visit_id: UUID) -> Row:
        """Show a care visit."""
        with reading() as connection:
            visit = store.find_visit(connection, visit_id)
            if visit is None or not _may_see_visit(connection, visit):
                raise NotFoundError
        return visit


def _may_see_visit(connection: Connection, visit: Row) -> bool:
    return visit["recorded_by"] == current_actor().person_id or may_know_of(connection, visit["person_id"])


@indicators.route("/visits")
class VisitIndicator(MethodView):
    """The monthly visit rate."""

    @indicators.doc(operationId="get_visit_indicators")
    @indicators.arguments(schemas.IndicatorQuerySchema, location="query")
    @indicators.response(200, schemas.VisitIndicatorSchema)
    def get(self, query: Row) -> Row:
        """Show how many listed people were seen in a month, also by district, and who is overdue today."""
        month = _first_day(query["month"])
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            indicator = store.visit_indicator(connection, query["unit"], month=month, now=now())
            shown, *districts = with_unit_names(connection, [indicator, *indicator["districts"]], "unit_id")
            return shown | {"districts": districts}


@indicators.route("/visits/rows")
class MonthlyRows(MethodView):
    """Who counts in a month's visit rate."""

    @indicators.doc(operationId="list_visit_indicator_rows")
    @indicators.arguments(schemas.MonthlyQuerySchema, location="query")
    @indicators.response(200, MONTHLY_PAGE)
    def get(self, query: Row) -> Row:
        """List who was to be seen in a month; of one that is over, who was on the list at its end."""
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            month, seen = _first_day(query["month"]), query["seen"] or ""
            rows = store.monthly_rows(connection, query["unit"], month, now(), seen=seen)
            page = store.MONTHLY_ROWS.page(rows, query)
        return page.showing(page.rows)


def _first_day(month: str | None) -> date:
    return date.fromisoformat(f"{month}-01") if month else local_date(now()).replace(day=1)


@visit_plans.route("")
class VisitPlans(MethodView):
    """Who is to be seen by when."""

    @visit_plans.doc(operationId="list_visit_plans")
    @visit_plans.arguments(schemas.UnitPageQuerySchema, location="query")
    @visit_plans.response(200, PLANS_PAGE)
    def get(self, query: Row) -> Row:
        """List the people of a unit on the visit list, those due first on top."""
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            page = store.VISIT_PLANS.page(store.visit_plans(connection, query["unit"], now()), query)
        return page.showing(page.rows)


@visit_plans.route("/mine")
class OwnVisitPlans(MethodView):
    """Whom the caller visits."""

    @visit_plans.doc(operationId="list_own_visit_plans")
    @visit_plans.arguments(PageQuerySchema, location="query")
    @visit_plans.response(200, PLANS_PAGE)
    def get(self, query: Row) -> Row:
        """List whom you are assigned to visit, those due first on top, without their risk group."""
        with reading() as connection:
            mine = store.people_of_visitor(connection, current_actor().person_id, now())
            page = store.VISIT_PLANS.page(mine, query)
        return page.showing(page.rows)


@visit_plans.route("/<uuid:person_id>/visitor")
class Visitor(MethodView):
    """Who visits a person."""

    @visit_plans.doc(operationId="assign_visitor")
    @visit_plans.arguments(schemas.VisitorTermsSchema)
    @visit_plans.response(200, schemas.VisitorSchema)
    def post(self, terms: Row, person_id: UUID) -> Row:
        """Say who visits a person on the list, as a coordinator of their unit; only they and coordinators record it."""
        return command(lambda c, context: assign_visitor(c, context, person_id, visitor_id=terms["visitor_id"]), terms)
