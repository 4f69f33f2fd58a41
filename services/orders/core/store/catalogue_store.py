"""The versions of services that orders are placed under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import distinct_on

from libs.db.prepared import Prepared
from libs.db.rows import find_row
from libs.programme.catalogue import in_force
from libs.programme.refusals import ServiceNotFoundError
from services.orders.core.rules.catalogue import Service, Tariff
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.rows import Found
from services.orders.core.store.tables import (
    catalogue_item,
    orders,
)

_BEGUN = (
    sa.select(catalogue_item)
    .ext(distinct_on(catalogue_item.c.code, catalogue_item.c.district_id))
    .where(catalogue_item.c.effective <= sa.bindparam("day"))
    .order_by(catalogue_item.c.code, catalogue_item.c.district_id, catalogue_item.c.version.desc())
)
_CATALOGUE_ON = Prepared(_BEGUN)
_SERVICE_ON = Prepared(_BEGUN.where(catalogue_item.c.code == sa.bindparam("code")))


_SERVICE_OF = Prepared(
    sa.select(catalogue_item)
    .join(
        orders,
        (orders.c.service_code == catalogue_item.c.code) & (orders.c.catalogue_version == catalogue_item.c.version),
    )
    .where(orders.c.order_id == sa.bindparam("order_id"))
)


_VERSIONS = Prepared(
    sa.text("""
    SELECT * FROM catalogue_item WHERE (code, version) IN (
        SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:versions AS integer[])))""")
)


def catalogue_on(connection: Connection, day: date, district_id: UUID | None) -> list[Service]:
    """Return what can be asked for in a district on a local day; without one, the city's."""
    begun = map(service_of_columns, _CATALOGUE_ON.mappings(connection, {"day": day}))
    return in_force(begun, district_id=district_id, day=day)


def service_on(connection: Connection, code: str, day: date, district_id: UUID) -> Service:
    """Return the version of a service in force in a district on a local day.

    Raises:
        ServiceNotFoundError: the catalogue has no such code then.
    """

    def read() -> list[Service]:
        return list(map(service_of_columns, _SERVICE_ON.mappings(connection, {"code": code, "day": day})))

    begun: list[Service] = memo.get_or(connection, ("service on", code, day), read)
    for service in in_force(begun, district_id=district_id, day=day):
        return service
    raise ServiceNotFoundError(service=code)


def service_version(connection: Connection, code: str, version: int) -> Service:
    """Return the version of a service that an order was placed under."""
    service = find_version(connection, code, version)
    assert service is not None, "an order is placed under a version that is known"
    return service


def find_version(connection: Connection, code: str, version: int) -> Service | None:
    """Return a version of a service, or None."""

    def read() -> Service | None:
        row = find_row(connection, catalogue_item, code=code, version=version)
        return service_of_columns(row._asdict()) if row else None

    return memo.get_or(connection, ("service", code, version), read)


def services_of_versions(connection: Connection, versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Service]:
    """Return versions of services as orders were placed under them, in one statement."""
    wanted = sorted(versions)
    if not wanted:
        return {}
    terms = {"codes": [code for code, _ in wanted], "versions": [version for _, version in wanted]}
    services = map(service_of_columns, _VERSIONS.mappings(connection, terms))
    return {(service.code, service.version): service for service in services}


def ask_service_of(order_id: UUID) -> Ask:
    """Ask for the version of the service that an order was placed under."""

    def remember(connection: Connection, rows: Rows) -> None:
        for service in map(service_of_columns, rows):
            memo.put(connection, ("service", service.code, service.version), service)

    return ask(_SERVICE_OF, {"order_id": order_id}, remember)


def ask_service_on(code: str, day: date) -> Ask:
    """Ask for the versions of a service that are in force somewhere on a local day."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("service on", code, day), list(map(service_of_columns, rows)))

    return ask(_SERVICE_ON, {"code": code, "day": day}, remember)


def service_of_columns(row: Found) -> Service:
    """Return the service of a row of `catalogue_item`."""
    plain = dict(row)
    lists = {"funding": frozenset(plain["funding"]), "checklist": tuple(plain["checklist"])}
    tariff = Tariff(**{field.name: plain.pop(field.name) for field in fields(Tariff)})
    return Service(**plain | lists, tariff=tariff)


def columns_of_service(service: Service) -> dict[str, Any]:
    """Return the row of `catalogue_item` of a service."""
    plain: dict[str, Any] = asdict(service)
    lists = {"funding": sorted(service.funding), "checklist": list(service.checklist)}
    return {**plain.pop("tariff"), **plain, **lists}
