"""What the services and units of orders are called, for whoever looks at a list or a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from libs.db import Connection
from libs.http.language import named
from libs.programme.names import unit_names
from services.orders.core.api.views import OrderView
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.order import Order
from services.orders.core.store import catalogue_store


def with_names(connection: Connection, views: Sequence[OrderView]) -> list[OrderView]:
    """Return orders with what their services say, as they were when they were placed, and the names of their units."""
    services = catalogue_store.services_of_versions(connection, {_version(view.order) for view in views})
    units = unit_names(connection, [view.order.unit_id for view in views])
    return [
        replace(_of_service(view, services[_version(view.order)]), unit_name=units.get(view.order.unit_id))
        for view in views
    ]


def _of_service(view: OrderView, service: Service) -> OrderView:
    return replace(
        view,
        service_name=named(service.name_zh, service.name_en),
        checklist=service.checklist,
        reserve_yuan=service.reserve_yuan(
            planned_minutes=view.order.terms.planned_minutes, persons=view.order.terms.persons
        ),
    )


def _version(order: Order) -> tuple[str, int]:
    return order.terms.service_code, order.terms.catalogue_version
