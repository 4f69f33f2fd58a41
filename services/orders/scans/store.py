"""Scans, the orders they belong to, and who looked at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.rows import change_rows, find_row, save_row
from services.orders.core.store.tables import INSTANT, assignment, order_step, orders, table_of
from services.orders.scans.rules import MediaType, Scan, ScanKind

scan = table_of(
    "scan",
    "scan_id",
    scan_id=sa.Uuid,
    kind=sa.Text,
    media_type=sa.Text,
    size_bytes=sa.Integer,
    sha256=sa.Text,
    uploaded_by=sa.Uuid,
    uploaded_at=INSTANT,
    deleted_at=INSTANT,
)
scan_content = table_of("scan_content", "scan_id", scan_id=sa.Uuid, sealed=sa.LargeBinary)
scan_order = table_of("scan_order", "scan_id order_id", scan_id=sa.Uuid, order_id=sa.Uuid)
scan_look = table_of("scan_look", "scan_id looked_by looked_at", scan_id=sa.Uuid, looked_by=sa.Uuid, looked_at=INSTANT)


def add_scan(connection: Connection, added: Scan, *, sealed: bytes) -> bool:
    """Add a scan with its picture; False when the id is taken."""
    row = insert(scan).values(asdict(added)).on_conflict_do_nothing().returning(scan.c.scan_id)
    if connection.execute(row).first() is None:
        return False
    connection.execute(insert(scan_content).values(scan_id=added.scan_id, sealed=sealed))
    return True


def find_scan(connection: Connection, scan_id: UUID) -> Scan | None:
    """Return what is known of a scan, or None."""
    return _scan(find_row(connection, scan, scan_id=scan_id))


def lock_scan(connection: Connection, scan_id: UUID) -> Scan | None:
    """Return what is known of a scan, locked: nothing is attached to it, and it is not deleted, meanwhile."""
    return _scan(find_row(connection, scan, for_update=True, scan_id=scan_id))


def content_of(connection: Connection, scan_id: UUID) -> bytes | None:
    """Return a picture as it is kept, or None when it was deleted."""
    sealed = connection.scalar(sa.select(scan_content.c.sealed).where(scan_content.c.scan_id == scan_id))
    return None if sealed is None else bytes(sealed)


def attach(connection: Connection, scan_id: UUID, order_id: UUID) -> None:
    """Let a scan belong to an order too."""
    save_row(connection, scan_order, {"scan_id": scan_id, "order_id": order_id})


def orders_of(connection: Connection, scan_id: UUID) -> list[UUID]:
    """Return the orders to which a scan belongs."""
    return list(connection.scalars(sa.select(scan_order.c.order_id).where(scan_order.c.scan_id == scan_id)))


def count_unused(connection: Connection, person_id: UUID) -> int:
    """Return how many scans of a person belong to nothing yet."""
    is_used = sa.exists().where(scan_order.c.scan_id == scan.c.scan_id)
    unused = sa.select(sa.func.count()).where(scan.c.uploaded_by == person_id, scan.c.deleted_at.is_(None), ~is_used)
    return connection.scalar(unused) or 0


def scans_of(connection: Connection, order_id: UUID) -> list[dict[str, Any]]:
    """Return what is known of the scans of an order, with who looked at them when, the first uploaded first."""
    of_order = sa.select(scan).join(scan_order, scan_order.c.scan_id == scan.c.scan_id)
    rows = connection.execute(of_order.where(scan_order.c.order_id == order_id).order_by(scan.c.uploaded_at)).mappings()
    scans = [dict(row) | {"looks": list[Any]()} for row in rows]
    looked = sa.select(scan_look).where(scan_look.c.scan_id.in_([row["scan_id"] for row in scans]))
    for look in connection.execute(looked.order_by(scan_look.c.looked_at)).mappings():
        next(row for row in scans if row["scan_id"] == look["scan_id"])["looks"].append(dict(look))
    return scans


def note_look(connection: Connection, scan_id: UUID, person_id: UUID, at: datetime) -> None:
    """Note who looked at a picture."""
    save_row(connection, scan_look, {"scan_id": scan_id, "looked_by": person_id, "looked_at": at})


def delete_picture(connection: Connection, scan_id: UUID, at: datetime) -> None:
    """Delete a picture; what is known of it stays."""
    connection.execute(scan_content.delete().where(scan_content.c.scan_id == scan_id))
    change_rows(connection, scan, {"deleted_at": at}, scan_id=scan_id)


def last_change_of(connection: Connection, order_ids: Iterable[UUID]) -> datetime | None:
    """Return when something was last done to one of these orders."""
    last: datetime | None = connection.scalar(
        sa.select(sa.func.max(order_step.c.at)).where(order_step.c.order_id.in_(list(order_ids)))
    )
    return last


def pictures_of_person(connection: Connection, person_id: UUID) -> list[UUID]:
    """Return the scans with a picture that belong to an order which a person received or served in."""
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = orders.c.order_id.in_(mine) | (orders.c.recipient_id == person_id)
    of_orders = sa.select(scan_order.c.scan_id).join(orders, orders.c.order_id == scan_order.c.order_id)
    kept = sa.select(scan_content.c.scan_id).where(scan_content.c.scan_id.in_(of_orders.where(concerned)))
    return list(connection.scalars(kept))


def _scan(row: Any) -> Scan | None:
    if row is None:
        return None
    values = {field.name: getattr(row, field.name) for field in fields(Scan)}
    return Scan(**{**values, "kind": ScanKind(row.kind), "media_type": MediaType(row.media_type)})
