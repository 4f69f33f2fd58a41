"""What else is known of a volunteer when their hours are looked at: the facts behind the risk flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.clock import local_date, local_midnight
from libs.db.prepared import Prepared
from libs.programme.directory.relations import related_to
from services.orders.approving.rules.flags import DEVICE_DAYS, PAIR_DAYS, History
from services.orders.approving.rules.statistics import Signatures
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.people import Place
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask
from services.orders.core.store.rows import Found, part_of_columns
from services.orders.core.store.tables import assignment, orders
from services.orders.series.store import approvers_of_series

_NEVER_HAPPENED = [State.REJECTED.value, State.REVERSED.value, State.DECLINED.value]
RECENT_MAX = 60
_ENDED = (
    sa.select(assignment, orders.c.recipient_id)
    .join(orders, orders.c.order_id == assignment.c.order_id)
    .where(
        assignment.c.volunteer_id == sa.bindparam("volunteer_id"),
        assignment.c.order_id != sa.bindparam("order_id"),
        assignment.c.checked_out_at.is_not(None),
        orders.c.state != sa.all_(sa.bindparam("never_happened", type_=ARRAY(sa.Text))),
    )
)
_LAST = (
    _ENDED.where(assignment.c.checked_out_at <= sa.bindparam("out_at"))
    .order_by(assignment.c.checked_out_at.desc())
    .limit(RECENT_MAX)
)
_COUNTED = _ENDED.where(assignment.c.checked_out_at > sa.bindparam("earliest"))
_BOTH = sa.union(_LAST, _COUNTED).subquery()
_OTHERS = Prepared(sa.select(_BOTH).order_by(_BOTH.c.checked_out_at.desc()))


_DEVICE = Prepared(
    sa.select(assignment.c.order_id)
    .where(
        assignment.c.in_device == sa.bindparam("in_device"),
        assignment.c.volunteer_id != sa.bindparam("volunteer_id"),
        assignment.c.checked_in_at > sa.bindparam("since"),
    )
    .limit(1)
)
_MINE = assignment.alias("mine")
_SHARED_DEVICE = Prepared(
    sa.select(assignment.c.order_id)
    .join(_MINE, (_MINE.c.in_device == assignment.c.in_device) & (_MINE.c.volunteer_id != assignment.c.volunteer_id))
    .where(
        _MINE.c.order_id == sa.bindparam("order_id"),
        _MINE.c.volunteer_id == sa.bindparam("volunteer_id"),
        assignment.c.in_device != "",
        assignment.c.checked_in_at > _MINE.c.checked_in_at - timedelta(days=DEVICE_DAYS),
    )
    .limit(1)
)


def history_of(connection: Connection, order: Order, part: Assignment) -> History:
    """Return the facts around one volunteer's part of an order, which itself need not be saved yet."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    others = _other_parts(connection, order, part)
    before = [other for other in others if other.out_at <= part.checked_in_at]
    ended = [other for other in others if other.out_at <= part.checked_out_at]
    since = part.checked_out_at - timedelta(days=PAIR_DAYS)
    day = local_date(part.checked_in_at)
    return History(
        last_minutes=(part.actual_minutes, *(other.minutes for other in ended[:RECENT_MAX])),
        pair_count=1 + sum(_is_pair(other, order) and other.out_at > since for other in others),
        day_minutes=part.actual_minutes + sum(other.minutes for other in others if local_date(other.in_at) == day),
        overlaps=any(other.in_at < part.checked_out_at and other.out_at > part.checked_in_at for other in others),
        previous_place=before[0].out_place if before else None,
        previous_out_at=before[0].out_at if before else None,
        device_shared=_device_shared(connection, order, part),
    )


def pair_count_outside_series(connection: Connection, order: Order, part: Assignment) -> int:
    """Return the submissions of this pair within 30 days that no approved series asked for; 0 where one asked for this.

    The flag's own count comes first: this is asked only of the few whom it would name. What the volunteer
    or their family approved counts as if nobody had.
    """
    assert part.checked_out_at is not None
    since = part.checked_out_at - timedelta(days=PAIR_DAYS)
    pair = {
        other.order_id
        for other in _other_parts(connection, order, part)
        if _is_pair(other, order) and other.out_at > since
    }
    approvers = approvers_of_series(connection, {order.order_id, *pair})
    own = {part.volunteer_id, *related_to(connection, part.volunteer_id, sorted(set(approvers.values())))}
    approved = {order_id for order_id, approver_id in approvers.items() if approver_id not in own}
    return 0 if order.order_id in approved else 1 + len(pair - approved)


@dataclass(frozen=True)
class _Other:
    """Another part of the same volunteer, which has ended."""

    order_id: UUID
    recipient_id: UUID | None
    in_at: datetime
    out_at: datetime
    out_place: Place | None
    minutes: int


def _is_pair(other: _Other, order: Order) -> bool:
    """Tell whether the same recipient was served; where nobody receives there is no pair."""
    return order.recipient_id is not None and other.recipient_id == order.recipient_id


def ask_history(order_id: UUID, volunteer_id: UUID, now: datetime) -> Ask:
    """Ask for the facts around a volunteer's part that ends now."""
    earliest = now - timedelta(days=PAIR_DAYS + 1)

    def ask(connection: Connection) -> Callable[[], None]:
        others = _OTHERS.send(connection, _terms(order_id, volunteer_id, out_at=now, earliest=earliest))
        shared = _SHARED_DEVICE.send(connection, {"order_id": order_id, "volunteer_id": volunteer_id})

        def remember() -> None:
            memo.put(connection, ("other parts", order_id, volunteer_id, now), (earliest, others.fetchall()))
            memo.put(connection, ("device shared", order_id, volunteer_id, now), bool(shared.fetchall()))

        return remember

    return ask


def _other_parts(connection: Connection, order: Order, part: Assignment) -> list[_Other]:
    """Return, the latest first, the last parts before this one's end and all that any rule counts."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    earliest = min(
        part.checked_out_at - timedelta(days=PAIR_DAYS),
        local_midnight(local_date(part.checked_in_at)),
        part.checked_in_at,
    )

    def read() -> tuple[datetime, list[dict[str, Any]]]:
        assert part.checked_out_at is not None
        terms = _terms(order.order_id, part.volunteer_id, out_at=part.checked_out_at, earliest=earliest)
        return earliest, _OTHERS.mappings(connection, terms)

    key = ("other parts", order.order_id, part.volunteer_id, part.checked_out_at)
    since, rows = memo.get_or(connection, key, read)
    return [_other(row) for row in (rows if since <= earliest else read()[1])]


def _terms(order_id: UUID, volunteer_id: UUID, *, out_at: datetime, earliest: datetime) -> dict[str, Any]:
    terms = {"volunteer_id": volunteer_id, "order_id": order_id, "out_at": out_at, "earliest": earliest}
    return terms | {"never_happened": _NEVER_HAPPENED}


def _other(row: Found) -> _Other:
    ended = part_of_columns(row)
    assert ended.checked_in_at is not None
    assert ended.checked_out_at is not None
    return _Other(
        row["order_id"],
        row["recipient_id"],
        ended.checked_in_at,
        ended.checked_out_at,
        ended.out_place,
        ended.actual_minutes,
    )


def _device_shared(connection: Connection, order: Order, part: Assignment) -> bool:
    if not part.in_device or part.checked_in_at is None:
        return False

    def read() -> bool:
        assert part.checked_in_at is not None
        since = part.checked_in_at - timedelta(days=DEVICE_DAYS)
        device = {"in_device": part.in_device, "volunteer_id": part.volunteer_id, "since": since}
        return bool(_DEVICE.rows(connection, device))

    key = ("device shared", order.order_id, part.volunteer_id, part.checked_out_at)
    return memo.get_or(connection, key, read)


_SIGNED = sa.text("""
    WITH signed AS (
        SELECT s.by, o.state, cardinality(o.flags) > 0 AS is_flagged,
            greatest(0, extract(epoch FROM s.at - c.confirmed_at) / 60) AS waited,
            EXISTS (SELECT FROM order_step t WHERE t.order_id = s.order_id AND t.to_state = :disputed
                AND t.number > s.number)
                AS was_disputed
        FROM order_step s JOIN orders o ON o.order_id = s.order_id
            LEFT JOIN confirmation c ON c.order_id = s.order_id
        WHERE s.verb IN ('approve', 'second_check') AND s.at > :since AND s.by IS NOT NULL AND o.unit_id = ANY(:units)
    )
    SELECT by, CAST(count(*) AS int) AS signed_count,
        CAST(coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY waited), 0) AS int) AS waited_minutes,
        CAST(count(*) FILTER (WHERE is_flagged) * 100 / count(*) AS int) AS flagged_percent,
        CAST(count(*) FILTER (WHERE was_disputed) * 100 / count(*) AS int) AS disputed_percent,
        CAST(count(*) FILTER (WHERE state = :reversed) * 100 / count(*) AS int) AS reversed_percent
    FROM signed GROUP BY by""")


def signatures_since(connection: Connection, units: Sequence[UUID], since: datetime) -> dict[UUID, Signatures]:
    """Return what each person signed in some units since an instant."""
    terms = {
        "units": list(units),
        "since": since,
        "disputed": State.DISPUTED.value,
        "reversed": State.REVERSED.value,
    }
    rows = [dict(row) for row in connection.execute(_SIGNED, terms).mappings()]
    return {row.pop("by"): Signatures(**row) for row in rows}
