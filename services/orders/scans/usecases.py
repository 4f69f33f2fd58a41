"""Keep a scan, show it to who decides, and delete it when its time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from services.orders.core.refusals import OrderNotFoundError, WrongOrderStateError
from services.orders.core.rules.life_cycle import OPEN, State
from services.orders.core.rules.order import Order
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import (
    CommandContext,
    has_power,
    refuse_auditor,
    require_power_somewhere,
)
from services.orders.scans import store
from services.orders.scans.refusals import ScanDeletedError, ScanNotFoundError, ScanNotYoursError, TooManyScansError
from services.orders.scans.rules import (
    LOOK_AGAIN,
    PHOTOS_MAX,
    UNUSED_KEPT,
    UNUSED_MAX,
    Scan,
    ScanKey,
    ScanKind,
    cleaned,
    hash_of,
)

SCAN_DUE = "scan"
PHOTO_STATES = (State.IN_SERVICE, State.FINISHED, State.CONFIRMED, State.DISPUTED)


def keep_scan(
    connection: Connection,
    context: CommandContext,
    scan_id: UUID,
    content: bytes,
    key: ScanKey,
    *,
    order_id: UUID | None,
) -> Scan:
    """Keep a slip's scan for the entries that follow, or a volunteer's photo of an order of theirs.

    Raises:
        ForbiddenError: neither a coordinator with a slip nor the volunteer of the order.
        WrongOrderStateError: the order is not begun, or decided.
        ScanTooLargeError, ScanUnreadableError, TooManyScansError: as their names say.
        IdReusedError: the id is taken.
    """
    if order_id is None:
        _refuse_slip(connection, context)
    else:
        _refuse_photo(connection, context, order_id)
    media_type, picture = cleaned(content)
    kind = ScanKind.SLIP if order_id is None else ScanKind.PHOTO
    kept = Scan(scan_id, kind, media_type, len(picture), hash_of(picture), context.caller_id, context.now)
    if not store.add_scan(connection, kept, sealed=key.seal(scan_id, picture)):
        raise IdReusedError
    deadline_store.add_deadline(connection, Deadline(scan_id, SCAN_DUE, context.now + UNUSED_KEPT))
    if order_id is not None:
        store.attach(connection, scan_id, order_id)
    return kept


def _refuse_slip(connection: Connection, context: CommandContext) -> None:
    require_power_somewhere(context, "late_entry")
    order_store.lock_person(connection, context.caller_id)
    if store.count_unused(connection, context.caller_id) >= UNUSED_MAX:
        raise TooManyScansError(most=UNUSED_MAX)


def _refuse_photo(connection: Connection, context: CommandContext, order_id: UUID) -> None:
    refuse_auditor(context)
    order = order_store.find_order(connection, order_id)
    if order is None:
        raise OrderNotFoundError
    order.assignment_of(context.caller_id)
    order = order_store.lock_order(connection, order_id)
    if order.state not in PHOTO_STATES:
        raise WrongOrderStateError(state=order.state.value)
    if len(store.scans_of(connection, order_id)) >= PHOTOS_MAX:
        raise TooManyScansError(most=PHOTOS_MAX)


def attach_slip(connection: Connection, context: CommandContext, scan_id: UUID, order_id: UUID) -> None:
    """Let a late entry stand on a scan that whoever enters it uploaded.

    Raises:
        ScanNotYoursError: there is none, it is a photo, somebody else's, or was deleted.
    """
    scan = store.lock_scan(connection, scan_id)
    is_theirs = scan is not None and scan.kind is ScanKind.SLIP and scan.uploaded_by == context.caller_id
    if scan is None or not is_theirs or scan.deleted_at is not None:
        raise ScanNotYoursError
    store.attach(connection, scan_id, order_id)


def look_at_scan(connection: Connection, context: CommandContext, scan_id: UUID, key: ScanKey) -> tuple[Scan, bytes]:
    """Return a picture to staff of the order's unit, or to who uploaded it; that they looked is noted.

    Raises:
        ScanNotFoundError: there is none, or the caller has nothing to do with it.
        ScanDeletedError: its time is over.
    """
    scan = store.find_scan(connection, scan_id)
    if scan is None or not _may_look(connection, context, scan):
        raise ScanNotFoundError
    sealed = store.content_of(connection, scan_id)
    if sealed is None:
        raise ScanDeletedError
    store.note_look(connection, scan_id, context.caller_id, context.now)
    return scan, key.open(scan_id, sealed)


def _may_look(connection: Connection, context: CommandContext, scan: Scan) -> bool:
    orders = order_store.find_orders(connection, store.orders_of(connection, scan.scan_id))
    units = {order.unit_id for order in orders}
    return scan.uploaded_by == context.caller_id or any(
        has_power(connection, context, "view_orders", unit_id) for unit_id in units
    )


def scans_shown(connection: Connection, context: CommandContext, order: Order) -> Row:
    """Return an order's scans and who looked: to staff all, to a volunteer of it their own, and how many may follow.

    Raises:
        ForbiddenError: neither staff of its unit nor a volunteer of it.
    """
    scans = store.scans_of(connection, order.order_id)
    left = _photos_left(context, order, len(scans))
    if has_power(connection, context, "view_orders", order.unit_id):
        return {"items": scans, "photos_left": left}
    if context.caller_id not in order.volunteer_ids:
        raise ForbiddenError
    own = [scan | {"looks": []} for scan in scans if scan["uploaded_by"] == context.caller_id]
    return {"items": own, "photos_left": left}


def _photos_left(context: CommandContext, order: Order, kept: int) -> int:
    is_theirs = context.caller_id in order.volunteer_ids and order.state in PHOTO_STATES
    return max(PHOTOS_MAX - kept, 0) if is_theirs and not context.actor.is_suspended else 0


def delete_scan_due(connection: Connection, due: Deadline) -> None:
    """Delete a picture that belongs to nothing, or whose orders were closed as long ago as the rules say."""
    scan = store.lock_scan(connection, due.subject_id)
    if not deadline_store.remove_deadline(connection, due) or scan is None or scan.deleted_at is not None:
        return
    later = _kept_until(connection, scan, due.now)
    if later is not None and later > due.now:
        deadline_store.add_deadline(connection, replace(due, at=later))
        return
    store.delete_picture(connection, scan.scan_id, due.now)


def _kept_until(connection: Connection, scan: Scan, now: datetime) -> datetime | None:
    """Return when to look again, or to delete it; None where it belongs to nothing."""
    orders = order_store.find_orders(connection, store.orders_of(connection, scan.scan_id))
    if not orders:
        return None
    if any(order.state in OPEN for order in orders):
        return now + LOOK_AGAIN
    closed_at = store.last_change_of(connection, [order.order_id for order in orders])
    policies = [people_store.policy_on(connection, order.district_id, local_date(now)) for order in orders]
    assert closed_at is not None, "whatever is closed was closed by a step"
    return closed_at + timedelta(days=min(policy.retention.photo_days for policy in policies))


def delete_pictures_of(connection: Connection, person_id: UUID, at: datetime) -> None:
    """Delete the pictures on which an erased person may be seen or named."""
    for scan_id in store.pictures_of_person(connection, person_id):
        store.delete_picture(connection, scan_id, at)
