"""/v1/catalogue-items: what can be asked for, which versions there were, and what is proposed for the next ones."""

from __future__ import annotations

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.http import current_actor, public, reading
from libs.programme import directory
from libs.programme.two_people_schemas import VerdictSchema
from services.orders.catalogue import schemas, store
from services.orders.catalogue.usecases import decide_version, propose_version
from services.orders.core.api.edge import command, now
from services.orders.core.rules.catalogue import Service, Tariff
from services.orders.core.schemas import done_schema, page_of_schema
from services.orders.core.store.catalogue_store import catalogue_on, service_of_columns
from services.orders.core.store.rows import Row

catalogue = Blueprint("catalogue", __name__, url_prefix="/v1/catalogue-items", description="What can be asked for")


@catalogue.route("")
class CatalogueItems(MethodView):
    """The services in force."""

    @public
    @catalogue.doc(operationId="list_catalogue_items")
    @catalogue.arguments(schemas.CatalogueQuerySchema, location="query")
    @catalogue.response(200, page_of_schema(schemas.CatalogueItemSchema))
    def get(self, query: Row) -> Row:
        """List the catalogue of the district of a unit, or of the city."""
        with reading() as connection:
            district_id = directory.district_of(connection, query["unit"]) if query["unit"] else None
            services = catalogue_on(connection, query["on"] or local_date(now()), district_id)
        return {"items": list(map(schemas.item_of, services)), "next": None}


@catalogue.route("/versions")
class CatalogueVersions(MethodView):
    """Every version."""

    @public
    @catalogue.doc(operationId="list_catalogue_versions")
    @catalogue.arguments(schemas.VersionsQuerySchema, location="query")
    @catalogue.response(200, page_of_schema(schemas.CatalogueItemSchema))
    def get(self, query: Row) -> Row:
        """List what was published, of one service or of all: also what is to come, and what is over."""
        with reading() as connection:
            page = store.VERSIONS.page(connection, query)
        return page.answer(lambda row: schemas.item_of(service_of_columns(row._asdict())))


@catalogue.route("/proposals")
class CatalogueProposals(MethodView):
    """What is proposed."""

    @catalogue.doc(operationId="list_catalogue_proposals")
    @catalogue.arguments(schemas.ProposalsQuerySchema, location="query")
    @catalogue.response(200, page_of_schema(schemas.CatalogueProposalSchema))
    def get(self, query: Row) -> Row:
        """List what was proposed for the catalogue, the newest first, to those who propose and decide."""
        _refuse_others()
        at = now()
        with reading() as connection:
            page = store.PROPOSALS.page(connection, query, now=at)
        return page.answer(lambda row: schemas.draft_answer(store.draft_of(row), at))


@catalogue.route("/proposals/<uuid:proposal_id>")
class CatalogueProposal(MethodView):
    """The next version of a service."""

    @catalogue.doc(operationId="get_catalogue_proposal")
    @catalogue.response(200, schemas.CatalogueProposalSchema)
    def get(self, proposal_id: UUID) -> Row:
        """Show what is proposed, to those who propose and decide."""
        _refuse_others()
        with reading() as connection:
            return schemas.draft_answer(store.read_draft(connection, proposal_id), now())

    @catalogue.doc(operationId="propose_catalogue_version")
    @catalogue.arguments(schemas.CatalogueDraftSchema)
    @catalogue.response(201, done_schema(schemas.CatalogueProposalSchema))
    def put(self, terms: Row, proposal_id: UUID) -> Row:
        """Propose the next version of a service: what it does not name is as in a new one."""
        service, at = _service_of(terms), now()
        return command(
            lambda c, context: schemas.draft_answer(
                propose_version(c, context, proposal_id, unit_id=terms["unit_id"], service=service), at
            ),
            terms,
            command_id=proposal_id,
        )


@catalogue.route("/proposals/<uuid:proposal_id>/decision")
class CatalogueDecision(MethodView):
    """The second person's decision."""

    @catalogue.doc(operationId="decide_catalogue_version")
    @catalogue.arguments(VerdictSchema)
    @catalogue.response(200, done_schema(schemas.CatalogueProposalSchema))
    def post(self, terms: Row, proposal_id: UUID) -> Row:
        """Publish a proposed version, or turn it down; never by who proposed it."""
        at = now()
        return command(
            lambda c, context: schemas.draft_answer(
                decide_version(c, context, proposal_id, ok=terms["ok"], why=context.why), at
            ),
            terms,
        )


def _refuse_others() -> None:
    """Refuse whoever has nothing to do with the catalogue's next versions.

    Raises:
        ForbiddenError: none of the caller's roles reads them.
    """
    if not any(held.role in POWERS["view_catalogue_proposals"] for held in current_actor().roles):
        raise ForbiddenError


def _service_of(terms: Row) -> Service:
    """Return the service that a draft describes."""
    return Service(
        version=0,
        code=terms["code"],
        effective=terms["effective"],
        until=terms["until"],
        name_zh=terms["name_zh"],
        name_en=terms["name_en"],
        service_class=terms["service_class"],
        risk=terms["risk"],
        persons=terms["persons"],
        min_minutes=terms["min_minutes"],
        max_minutes=terms["max_minutes"],
        coefficient_percent=terms["coefficient_percent"],
        tariff=Tariff(
            night_percent=terms["night_percent"],
            night_from=terms["night_from"],
            night_until=terms["night_until"],
            season_percent=terms["season_percent"],
            season_from=terms["season_from"],
            season_until=terms["season_until"],
            reserve_yuan_per_hour=terms["reserve_yuan_per_hour"],
        ),
        funding=frozenset(terms["funding"]),
        certificate=terms["certificate"],
        certificate_for=terms["certificate_for"],
        max_grade=terms["max_grade"],
        checklist=tuple(terms["checklist"]),
    )
