"""/v1/catalogue-items: what can be asked for."""

from __future__ import annotations

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.http import public, reading
from services.orders.catalogue import schemas, store
from services.orders.core.api.edge import now
from services.orders.core.schemas import page_of_schema
from services.orders.core.store.rows import Row

catalogue = Blueprint("catalogue", __name__, url_prefix="/v1/catalogue-items", description="What can be asked for")


@catalogue.route("")
class CatalogueItems(MethodView):
    """The services in force today."""

    @public
    @catalogue.doc(operationId="list_catalogue_items")
    @catalogue.response(200, page_of_schema(schemas.CatalogueItemSchema))
    def get(self) -> Row:
        """List the catalogue."""
        with reading() as connection:
            services = store.catalogue_on(connection, local_date(now()))
        names = (
            "code", "version", "name_zh", "name_en", "service_class", "risk", "persons", "min_minutes", "max_minutes",
            "coefficient_percent", "certificate", "max_grade", "certificate_for",
        )  # fmt: skip
        rows = [
            {name: getattr(service, name) for name in names}
            | {"funding": sorted(service.funding), "checklist": list(service.checklist)}
            for service in services
        ]
        return {"items": rows, "next": None}
