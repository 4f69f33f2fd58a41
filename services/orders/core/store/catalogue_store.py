"""The versions of services that orders are placed under."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.prepared import Prepared
from libs.db.rows import find_row
from libs.programme.refusals import ServiceNotFoundError
from services.orders.core.rules.catalogue import Service
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.rows import Found
from services.orders.core.store.tables import (
    catalogue_item,
    orders,
)

_SERVICE_ON = Prepared(
    sa.select(catalogue_item)
    .where(catalogue_item.c.code == sa.bindparam("code"), catalogue_item.c.effective <= sa.bindparam("day"))
    .order_by(catalogue_item.c.version.desc())
    .limit(1)
)


_SERVICE_OF = Prepared(
    sa.select(catalogue_item)
    .join(
        orders,
        (orders.c.service_code == catalogue_item.c.code) & (orders.c.catalogue_version == catalogue_item.c.version),
    )
    .where(orders.c.order_id == sa.bindparam("order_id"))
)


_NAMES = Prepared(
    sa.text("""
    SELECT code, version, name_zh, name_en FROM catalogue_item WHERE (code, version) IN (
        SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:versions AS integer[])))""")
)


def service_on(connection: Connection, code: str, day: date) -> Service:
    """Return the version of a service in force on a local day.

    Raises:
        ServiceNotFoundError: the catalogue has no such code then.
    """

    def read() -> Service:
        for row in _SERVICE_ON.mappings(connection, {"code": code, "day": day}):
            return service_of_columns(row)
        raise ServiceNotFoundError(service=code)

    return memo.get_or(connection, ("service on", code, day), read)


def service_version(connection: Connection, code: str, version: int) -> Service:
    """Return the version of a service that an order was placed under."""

    def read() -> Service:
        row = find_row(connection, catalogue_item, code=code, version=version)
        assert row is not None, "an order is placed under a version that is known"
        return service_of_columns(row._asdict())

    return memo.get_or(connection, ("service", code, version), read)


def names_of_services(
    connection: Connection, versions: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, str]]:
    """Return what versions of services are called in Chinese and English, in one statement."""
    wanted = sorted(versions)
    if not wanted:
        return {}
    terms = {"codes": [code for code, _ in wanted], "versions": [version for _, version in wanted]}
    return {(row.code, row.version): (row.name_zh, row.name_en) for row in _NAMES.rows(connection, terms)}


def ask_service_of(order_id: UUID) -> Ask:
    """Ask for the version of the service that an order was placed under."""

    def remember(connection: Connection, rows: Rows) -> None:
        for service in map(service_of_columns, rows):
            memo.put(connection, ("service", service.code, service.version), service)

    return ask(_SERVICE_OF, {"order_id": order_id}, remember)


def ask_service_on(code: str, day: date) -> Ask:
    """Ask for the version of a service in force on a local day."""

    def remember(connection: Connection, rows: Rows) -> None:
        for service in map(service_of_columns, rows):
            memo.put(connection, ("service on", code, day), service)

    return ask(_SERVICE_ON, {"code": code, "day": day}, remember)


def service_of_columns(row: Found) -> Service:
    """Return the service of a row of `catalogue_item`."""
    plain = dict(row)
    return Service(**plain | {"funding": frozenset(plain["funding"]), "checklist": tuple(plain["checklist"])})
