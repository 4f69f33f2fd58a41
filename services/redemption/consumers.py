"""What redemption hears: one function per event."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import Clock, from_microseconds
from libs.db import Connection
from libs.db.rows import save_row
from libs.inbox import Consumers, EventFunction, IncomingEvent
from libs.programme import standing
from libs.programme.directory import catalogue_subject
from libs.programme.known_grants import hear_acting_grant, hear_use
from libs.programme.policy.store import hear_policy
from services.redemption import messages
from services.redemption.domain.errors import PersonNotDeceasedError
from services.redemption.messages import accounts, ledger, orders
from services.redemption.store import credit_store, entitlement_store, known_store as known, tables as t
from services.redemption.usecases import (
    answer_erasure,
    end_help,
    fund_order,
    record_hold,
    record_hours,
    record_transfer,
    refer_order,
)

M = TypeVar("M", bound=Message)


def consumers(*, clock: Clock) -> Consumers:
    """Return redemption's consumers; `clock` dates what follows from an event."""
    functions: dict[str, EventFunction] = {}
    _hear_state(functions)
    _hear_facts(functions, clock)
    return Consumers(topics=messages.TOPICS_HEARD, functions=functions)


def _hear_state(functions: dict[str, EventFunction]) -> None:
    functions[messages.type_of(accounts.PersonState)] = _save_person
    functions[messages.type_of(accounts.RelationState)] = _save_relation
    functions[messages.type_of(accounts.ActingGrantState)] = _save_acting_grant
    functions[messages.type_of(accounts.OrgUnitState)] = _save_unit
    functions[messages.type_of(accounts.PolicyPublished)] = _save_policy
    functions[messages.type_of(accounts.SigningKeysChanged)] = _save_signing_keys
    functions[messages.type_of(orders.CatalogueItemPublished)] = _save_catalogue_item


def _hear_facts(functions: dict[str, EventFunction], clock: Clock) -> None:
    def on(kind: type[M], act: Callable[[Connection, M, datetime], None]) -> None:
        def hear(connection: Connection, event: IncomingEvent) -> None:
            act(connection, _parse(kind, event), clock.now())

        functions[messages.type_of(kind)] = hear

    on(accounts.SessionsEnded, _refuse_ended_sessions)
    functions[messages.type_of(orders.ActedFor)] = _count_use
    on(accounts.ErasureRequested, _answer_erasure)
    on(accounts.PersonDeathMistaken, _end_estates)
    on(orders.OrderPlaced, _keep_order)
    on(orders.OrderPublished, _end_review)
    on(orders.FundingRequested, _fund)
    on(orders.OrderDeclined, _decline)
    on(orders.OrderCancelled, _end("cancelled"))
    on(orders.OrderExpired, _expire)
    on(orders.HoursRejected, _end("rejected"))
    on(orders.NoShowRecorded, _end("no_show"))
    on(orders.HoursApproved, _count_hours)
    on(orders.HoursReversed, _reverse_hours)
    on(orders.ServiceTimeRecorded, _count_older_service)
    on(ledger.HoldPlaced, _hold_placed)
    on(ledger.HoldRefused, _hold_refused)
    on(ledger.HoldReleased, _hold_released)
    on(ledger.HoursSettled, _settle)
    on(ledger.TransferPosted, _posted)
    on(ledger.TransferRefused, _refused)
    on(ledger.TransferReversed, _reversed)


def _parse(kind: type[M], event: IncomingEvent) -> M:
    message = kind()
    message.ParseFromString(event.payload or b"")
    return message


def _save_person(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        standing.hear_person(connection, UUID(event.subject), None)
        known.forget_person(connection, UUID(event.subject))
        return
    state = _parse(accounts.PersonState, event)
    standing.hear_person(connection, UUID(state.person_id), state)
    known.save_person(connection, messages.person_of(state))


def _refuse_ended_sessions(connection: Connection, message: accounts.SessionsEnded, _now: datetime) -> None:
    standing.hear_sessions_ended(connection, message)


def _save_relation(connection: Connection, event: IncomingEvent) -> None:
    state = _parse(accounts.RelationState, event)
    if event.payload is None or not state.active:
        known.delete_row(connection, t.relation, UUID(state.relation_id or event.subject))
        return
    row = {
        "relation_id": UUID(state.relation_id),
        "person_id": UUID(state.person_id),
        "relative_id": UUID(state.relative_id),
        "kind": state.kind,
        "verified": state.verified,
        "declared_by": messages.optional_id(state.declared_by),
    }
    save_row(connection, t.relation, row)


def _save_acting_grant(connection: Connection, event: IncomingEvent) -> None:
    state = None if event.payload is None else _parse(accounts.ActingGrantState, event)
    hear_acting_grant(connection, event.subject, state)


def _count_use(connection: Connection, event: IncomingEvent) -> None:
    hear_use(connection, _parse(orders.ActedFor, event))


def _save_unit(connection: Connection, event: IncomingEvent) -> None:
    state = _parse(accounts.OrgUnitState, event)
    if event.payload is None:
        known.delete_row(connection, t.unit, UUID(event.subject))
        return
    row = {
        "unit_id": UUID(state.unit_id),
        "parent_id": messages.optional_id(state.parent_id),
        "level": state.level,
        "district_id": messages.optional_id(state.district_id),
    }
    save_row(connection, t.unit, row)


def _save_policy(connection: Connection, event: IncomingEvent) -> None:
    published = None if event.payload is None else _parse(accounts.PolicyPublished, event)
    hear_policy(connection, event.subject, published)


def _save_signing_keys(connection: Connection, event: IncomingEvent) -> None:
    state = _parse(accounts.SigningKeysChanged, event)
    keys = {key.key_id: key.public_key for key in state.keys}
    known.replace_signing_keys(connection, keys)


def _save_catalogue_item(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        known.forget_service(connection, *catalogue_subject(event.subject))
        return
    save_row(connection, t.catalogue_item, messages.catalogue_row(_parse(orders.CatalogueItemPublished, event)))


def _answer_erasure(connection: Connection, message: accounts.ErasureRequested, now: datetime) -> None:
    answer_erasure.answer_erasure(
        connection,
        erasure_id=UUID(message.erasure_id),
        person_id=UUID(message.person_id),
        district_id=UUID(message.district_id),
        now=now,
    )


def _end_estates(connection: Connection, message: accounts.PersonDeathMistaken, now: datetime) -> None:
    credit_store.decline_estates(connection, UUID(message.person_id), code=PersonNotDeceasedError.code, at=now)


def _keep_order(connection: Connection, message: orders.OrderPlaced, _now: datetime) -> None:
    order = entitlement_store.PlacedOrder(
        order_id=UUID(message.order_id),
        district_id=UUID(message.district_id),
        recipient_id=UUID(message.recipient_id),
        service_code=message.service_code,
        planned_minutes=message.planned_minutes,
        funding=message.funding,
        under_review=message.state == "under_review",
    )
    entitlement_store.save_placed_order(connection, order)


def _end_review(connection: Connection, message: orders.OrderPublished, _now: datetime) -> None:
    entitlement_store.end_review(connection, UUID(message.order_id))


def _fund(connection: Connection, message: orders.FundingRequested, now: datetime) -> None:
    if message.funding not in (messages.CREDIT, messages.PURCHASED):
        return
    funding = fund_order.Funding(
        order_id=UUID(message.order_id),
        district_id=UUID(message.district_id),
        recipient_id=UUID(message.recipient_id),
        payer_id=UUID(message.payer_id or message.recipient_id),
        price_minutes=message.price_minutes,
        planned_minutes=message.planned_minutes,
        start_at=from_microseconds(message.start_at_us),
        service_code=message.service_code,
        policy_version=message.policy_version,
        requested_by=UUID(message.requested_by or message.recipient_id),
        without_redemption=message.without_redemption,
    )
    entitlement_store.end_review(connection, funding.order_id)
    if message.funding == messages.CREDIT:
        fund_order.ask_for_hold(connection, funding, now=now)
    else:
        fund_order.hold_purchased_minutes(connection, funding, now=now)


def _decline(connection: Connection, message: orders.OrderDeclined, now: datetime) -> None:
    order_id = UUID(message.order_id)
    entitlement_store.end_review(connection, order_id)
    if message.funding == messages.CREDIT:
        end_help.end_credit_help(connection, order_id, why="declined", declined_code=message.code, now=now)
    elif message.funding == messages.PURCHASED:
        end_help.end_purchased_help(connection, order_id)


def _end(why: str) -> Callable[[Connection, Any, datetime], None]:
    def end(connection: Connection, message: Any, now: datetime) -> None:
        order_id = UUID(message.order_id)
        entitlement_store.end_review(connection, order_id)
        if message.funding == messages.CREDIT:
            end_help.end_credit_help(connection, order_id, why=why, declined_code=None, now=now)
        elif message.funding == messages.PURCHASED:
            end_help.end_purchased_help(connection, order_id)

    return end


def _expire(connection: Connection, message: orders.OrderExpired, now: datetime) -> None:
    _end("expired")(connection, message, now)
    refer_order.refer_order(connection, UUID(message.order_id), now=now)


def _count_hours(connection: Connection, message: orders.HoursApproved, _now: datetime) -> None:
    order_id = UUID(message.order_id)
    if message.funding == messages.PURCHASED:
        actual = [hours.actual_minutes for hours in message.hours]
        record_hours.use_purchased_minutes(
            connection, order_id=order_id, planned_minutes=message.planned_minutes, actual_minutes=actual
        )
        return
    served = [(UUID(hours.volunteer_id), hours.actual_minutes) for hours in message.hours]
    record_hours.record_hours_served(connection, order_id=order_id, settlement=message.settlement, hours=served)


def _reverse_hours(connection: Connection, message: orders.HoursReversed, _now: datetime) -> None:
    record_hours.reverse_hours(
        connection, order_id=UUID(message.order_id), settlement=message.settlement, funding=message.funding
    )


def _count_older_service(connection: Connection, message: orders.ServiceTimeRecorded, _now: datetime) -> None:
    record_hours.record_hours_served(
        connection,
        order_id=UUID(message.record_id),
        settlement=record_hours.RECORDED_SETTLEMENT,
        hours=[(UUID(message.person_id), message.minutes)],
    )


def _hold_placed(connection: Connection, message: ledger.HoldPlaced, now: datetime) -> None:
    if message.funding == messages.CREDIT:
        record_hold.record_hold_placed(connection, UUID(message.hold_id), now=now)


def _hold_refused(connection: Connection, message: ledger.HoldRefused, now: datetime) -> None:
    if message.funding == messages.CREDIT:
        record_hold.record_hold_refused(connection, UUID(message.hold_id), code=message.code, now=now)


def _hold_released(connection: Connection, message: ledger.HoldReleased, now: datetime) -> None:
    record_hold.record_hold_released(connection, UUID(message.hold_id), now=now)


def _settle(connection: Connection, message: ledger.HoursSettled, now: datetime) -> None:
    if message.funding == messages.CREDIT:
        record_hours.record_settled(
            connection,
            redemption_id=UUID(message.order_id),
            settlement=message.settlement,
            paid_minutes=message.paid_minutes,
            now=now,
        )


def _posted(connection: Connection, message: ledger.TransferPosted, _now: datetime) -> None:
    if message.reason in record_transfer.REASONS_ASKED_FOR:
        record_transfer.record_posted(connection, UUID(message.cause_id))


def _refused(connection: Connection, message: ledger.TransferRefused, _now: datetime) -> None:
    if message.cause_id:
        record_transfer.record_refused(connection, UUID(message.cause_id), code=message.code)


def _reversed(connection: Connection, message: ledger.TransferReversed, _now: datetime) -> None:
    if message.cause_id:
        record_transfer.record_reversed(connection, UUID(message.cause_id))
