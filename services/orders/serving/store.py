"""Whether a volunteer is busy, what is counted at the door, and what devices signed there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY, insert

from libs.db.prepared import Prepared
from libs.db.rows import change_rows, find_row, save_row
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.order import Door, Order
from services.orders.core.store import memo, tables
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.rows import own_columns_of_order, place_of
from services.orders.core.store.tables import assignment, orders
from services.orders.serving.rules.acts import ActState, DeviceKey, DoorAct, Outcome, TimesAround
from services.orders.serving.tables import device_key, door_act

_THIS = orders.alias("this")
_BUSY_BETWEEN = Prepared(
    sa.select(orders.c.order_id)
    .join(assignment, assignment.c.order_id == orders.c.order_id)
    .where(
        orders.c.start_at < sa.bindparam("end_at"),
        orders.c.end_at > sa.bindparam("start_at"),
        assignment.c.volunteer_id == sa.bindparam("volunteer_id"),
        assignment.c.checked_out_at.is_(None),
        orders.c.state == sa.any_(sa.literal(OCCUPYING_STATES, ARRAY(sa.Text))),
    )
    .limit(1)
)
_BUSY = Prepared(
    sa.select(orders.c.order_id)
    .join(assignment, assignment.c.order_id == orders.c.order_id)
    .join(_THIS, (orders.c.start_at < _THIS.c.end_at) & (orders.c.end_at > _THIS.c.start_at))
    .where(
        _THIS.c.order_id == sa.bindparam("order_id"),
        assignment.c.volunteer_id == sa.bindparam("volunteer_id"),
        assignment.c.checked_out_at.is_(None),
        orders.c.state == sa.any_(sa.literal(OCCUPYING_STATES, ARRAY(sa.Text))),
    )
    .limit(1)
)


def count_wrong_code(connection: Connection, order: Order) -> Order:
    """Count one more wrong door code on an order that is locked; return the order with it."""
    door = replace(order.door, wrong_codes=order.door.wrong_codes + 1)
    save_door(connection, order, door)
    return replace(order, door=door)


def save_door(connection: Connection, order: Order, door: Door) -> None:
    """Save what is known of the door of an order that is locked."""
    columns = own_columns_of_order(replace(order, door=door))
    save_row(connection, tables.door, {"order_id": order.order_id, **columns["door"]})


def volunteer_is_busy(connection: Connection, volunteer_id: UUID, order_id: UUID) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps that of this one."""

    def read() -> bool:
        return bool(_BUSY.rows(connection, {"volunteer_id": volunteer_id, "order_id": order_id}))

    return memo.get_or(connection, ("volunteer is busy", volunteer_id, order_id), read)


def is_busy_between(connection: Connection, volunteer_id: UUID, *, start_at: datetime, end_at: datetime) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps a span."""
    terms = {"volunteer_id": volunteer_id, "start_at": start_at, "end_at": end_at}
    return bool(_BUSY_BETWEEN.rows(connection, terms))


def ask_whether_busy(volunteer_id: UUID, order_id: UUID) -> Ask:
    """Ask as `volunteer_is_busy` does."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("volunteer is busy", volunteer_id, order_id), bool(rows))

    return ask(_BUSY, {"volunteer_id": volunteer_id, "order_id": order_id}, remember)


def keys_of(connection: Connection, key_ids: Iterable[str]) -> dict[str, DeviceKey]:
    """Return the devices of these keys that accounts told of, revoked or not."""
    found = connection.execute(sa.select(device_key).where(device_key.c.key_id.in_(set(key_ids)))).mappings()
    return {row["key_id"]: DeviceKey(**{**row, "public_key": bytes(row["public_key"])}) for row in found}


@dataclass(frozen=True)
class KnownAct:
    """An act that came before: what stands for its text, and what became of it."""

    digest: str
    outcome: Outcome


def find_act(connection: Connection, act: DoorAct) -> KnownAct | None:
    """Return what is known of an act that came under this key and number before."""
    row = find_row(connection, door_act, key_id=act.key_id, counter=act.counter)
    return KnownAct(row.digest, Outcome(ActState(row.state), row.code)) if row else None


def add_act(
    connection: Connection, act: DoorAct, *, person_id: UUID, received_at: datetime, digest: str, outcome: Outcome
) -> bool:
    """Remember an act, without the code that was typed; False when one with its number was, at the same moment."""
    # Where somebody stood when they did what does not count is nobody's business.
    place = None if outcome.state is ActState.REFUSED else act.place
    row = {
        "key_id": act.key_id,
        "counter": act.counter,
        "person_id": person_id,
        "order_id": act.order_id,
        "verb": act.verb.value,
        "at": act.at,
        "received_at": received_at,
        "digest": digest,
        "latitude_e6": place.latitude_e6 if place else None,
        "longitude_e6": place.longitude_e6 if place else None,
        "state": outcome.state.value,
        "code": outcome.code,
    }
    added = insert(door_act).values(row).on_conflict_do_nothing().returning(door_act.c.counter)
    return connection.scalar(added) is not None


def save_outcome(connection: Connection, act: DoorAct, outcome: Outcome) -> None:
    """Remember what became of an act."""
    values: dict[str, object] = {"state": outcome.state.value, "code": outcome.code}
    if outcome.state is ActState.REFUSED:
        values |= {"latitude_e6": None, "longitude_e6": None}
    change_rows(connection, door_act, values, key_id=act.key_id, counter=act.counter)


def waiting_acts(connection: Connection, order_id: UUID, person_id: UUID) -> list[DoorAct]:
    """Return the acts of a volunteer on an order that wait: of a check-in's code nothing is known here."""
    mine = (door_act.c.order_id == order_id, door_act.c.person_id == person_id)
    found = connection.execute(sa.select(door_act).where(*mine, door_act.c.state == ActState.WAITING.value))
    return [
        DoorAct(
            row.key_id,
            row.counter,
            Verb(row.verb),
            row.order_id,
            row.at,
            place=place_of(row.latitude_e6, row.longitude_e6),
        )
        for row in found
    ]


def times_around(connection: Connection, act: DoorAct) -> TimesAround:
    """Return when the key signed, by its own clock, what came before and after an act."""
    others = sa.select(
        sa.func.max(door_act.c.at).filter(door_act.c.counter < act.counter),
        sa.func.min(door_act.c.at).filter(door_act.c.counter > act.counter),
    ).where(door_act.c.key_id == act.key_id, door_act.c.state != ActState.REFUSED.value)
    return TimesAround(*connection.execute(others).one())


def forget_old_acts(connection: Connection, person_id: UUID, *, before: datetime) -> None:
    """Delete the acts of a volunteer that came so long ago that they would be refused as too old."""
    old = (door_act.c.person_id == person_id, door_act.c.received_at < before)
    connection.execute(sa.delete(door_act).where(*old))


def forget_places_at_home_of(connection: Connection, person_id: UUID) -> None:
    """Blank where something was signed at the home of somebody who received help."""
    received = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    nowhere = door_act.update().where(door_act.c.order_id.in_(received)).values(latitude_e6=None, longitude_e6=None)
    connection.execute(nowhere)


def forget_places_of(connection: Connection, order_id: UUID) -> None:
    """Blank where somebody stood or signed for an order; how far it was from the home stays."""
    parts = {"in_latitude_e6": None, "in_longitude_e6": None, "out_latitude_e6": None, "out_longitude_e6": None}
    change_rows(connection, assignment, parts, order_id=order_id)
    change_rows(connection, door_act, {"latitude_e6": None, "longitude_e6": None}, order_id=order_id)


def last_step_at(connection: Connection, order_id: UUID) -> datetime:
    """Return when something was last done to an order."""
    steps = sa.select(sa.func.max(tables.order_step.c.at)).where(tables.order_step.c.order_id == order_id)
    last: datetime = connection.execute(steps).scalar_one()
    return last
