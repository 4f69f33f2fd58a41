"""What the services and units of orders are called, for whoever looks at a list or a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from libs.db import Connection
from libs.http.language import named
from libs.programme.names import unit_names
from services.orders.core.api.views import OrderView
from services.orders.core.rules.order import Order
from services.orders.core.store import catalogue_store


def with_names(connection: Connection, views: Sequence[OrderView]) -> list[OrderView]:
    """Return orders with the names of their services, as they were when they were placed, and of their units."""
    orders = [view.order for view in views]
    services = _service_names(connection, orders)
    units = unit_names(connection, [order.unit_id for order in orders])
    return [
        replace(view, service_name=services.get(_version(view.order)), unit_name=units.get(view.order.unit_id))
        for view in views
    ]


def _service_names(connection: Connection, orders: Iterable[Order]) -> dict[tuple[str, int], str | None]:
    names = catalogue_store.names_of_services(connection, {_version(order) for order in orders})
    return {version: named(*called) for version, called in names.items()}


def _version(order: Order) -> tuple[str, int]:
    return order.terms.service_code, order.terms.catalogue_version
