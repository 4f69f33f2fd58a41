"""What orders hears: who people are, the rules, and what became of funding and hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import Consumers, EventFunction, IncomingEvent, NotYetKnownError
from libs.programme import standing
from libs.programme.directory import policy_subject
from libs.programme.known_grants import hear_acting_grant, hear_use
from services.orders import messages
from services.orders.domain.order import Funding, Order
from services.orders.messages import Message, accounts, heard, ledger, redemption
from services.orders.store import book_store, order_store, people_store, tables
from services.orders.usecases.approve_hours import settle_order
from services.orders.usecases.cancel_order import end_orders_of_dead
from services.orders.usecases.fund_order import decline_order, fund_order, refer_order
from services.orders.usecases.keep_records import erasure_code
from services.orders.usecases.open_redemption_order import RequestedRedemption, open_redemption_order

M = TypeVar("M", bound=Message)


def consumers(*, clock: Clock) -> Consumers:
    """Return the consumers of orders; `clock` dates what follows from an event."""
    functions: dict[str, EventFunction] = {}
    _hear_states(functions)
    _hear_facts(functions, clock)
    return Consumers(topics=messages.TOPICS_HEARD, functions=functions)


def _hear_states(functions: dict[str, EventFunction]) -> None:
    functions[_name(accounts.PersonState)] = _save_person
    functions[_name(accounts.RelationState)] = _save_relation
    functions[_name(accounts.ActingGrantState)] = _save_acting_grant
    functions[_name(accounts.GroupState)] = _save_group
    functions[_name(accounts.OrgUnitState)] = _save_unit
    functions[_name(accounts.PolicyPublished)] = _save_policy
    functions[_name(accounts.SigningKeysChanged)] = _save_signing_keys


def _hear_facts(functions: dict[str, EventFunction], clock: Clock) -> None:
    def on(kind: type[M], act: Callable[[Connection, M, datetime], None]) -> None:
        def hear(connection: Connection, event: IncomingEvent) -> None:
            act(connection, _parsed(kind, event), clock.now())

        functions[_name(kind)] = hear

    on(accounts.SessionsEnded, _refuse_ended_sessions)
    functions[_name(redemption.ActedFor)] = _count_use
    on(accounts.PersonDied, _end_orders_of_dead)
    on(accounts.ErasureRequested, _answer_erasure)
    on(redemption.RedemptionRequested, _open_order)
    on(redemption.RedemptionAuthorised, _fund)
    on(redemption.RedemptionDeclined, _refuse_funding)
    on(redemption.FallbackReferred, _refer)
    on(ledger.HoldPlaced, _fund_from_pool)
    on(ledger.HoldRefused, _refuse_pool)
    on(ledger.HoursSettled, _settle)


def _name(kind: type[Message]) -> str:
    return str(kind.DESCRIPTOR.full_name)


def _parsed(kind: type[M], event: IncomingEvent) -> M:
    message = kind()
    message.ParseFromString(event.payload or b"")
    return message


def _save_person(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        standing.hear_person(connection, UUID(event.subject), None)
        people_store.forget(connection, tables.person, person_id=UUID(event.subject))
        people_store.forget_relations(connection, UUID(event.subject))
        order_store.forget_words_about(connection, UUID(event.subject))
        return
    state = _parsed(accounts.PersonState, event)
    standing.hear_person(connection, UUID(state.person_id), state)
    people_store.save_person(connection, heard.person_of(state))


def _refuse_ended_sessions(connection: Connection, message: accounts.SessionsEnded, _now: datetime) -> None:
    standing.hear_sessions_ended(connection, message)


def _save_relation(connection: Connection, event: IncomingEvent) -> None:
    state = _parsed(accounts.RelationState, event)
    if event.payload is None or not state.active:
        people_store.forget(connection, tables.relation, relation_id=UUID(state.relation_id or event.subject))
        return
    columns = {
        "relation_id": UUID(state.relation_id),
        "person_id": UUID(state.person_id),
        "relative_id": UUID(state.relative_id),
        "kind": state.kind,
        "verified": state.verified,
        "declared_by": heard.uuid_or_none(state.declared_by),
    }
    people_store.upsert(connection, tables.relation, columns)


def _save_acting_grant(connection: Connection, event: IncomingEvent) -> None:
    state = None if event.payload is None else _parsed(accounts.ActingGrantState, event)
    hear_acting_grant(connection, event.subject, state)


def _count_use(connection: Connection, event: IncomingEvent) -> None:
    hear_use(connection, _parsed(redemption.ActedFor, event))


def _save_group(connection: Connection, event: IncomingEvent) -> None:
    state = _parsed(accounts.GroupState, event)
    if event.payload is None or not state.active:
        people_store.forget(connection, tables.volunteer_group, group_id=UUID(event.subject))
        return
    columns = {
        "group_id": UUID(state.group_id),
        "leader_id": UUID(state.leader_id),
        "member_ids": [UUID(member_id) for member_id in state.member_ids],
    }
    people_store.upsert(connection, tables.volunteer_group, columns)


def _save_unit(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        people_store.forget(connection, tables.org_unit, unit_id=UUID(event.subject))
        return
    state = _parsed(accounts.OrgUnitState, event)
    columns = {
        "unit_id": UUID(state.unit_id),
        "parent_id": heard.uuid_or_none(state.parent_id),
        "level": state.level,
        "district_id": heard.uuid_or_none(state.district_id),
    }
    people_store.upsert(connection, tables.org_unit, columns)


def _save_policy(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        district_id, version = policy_subject(event.subject)
        people_store.forget(connection, tables.policy, district_id=district_id, policy_version=version)
        return
    policy = heard.policy_of(_parsed(accounts.PolicyPublished, event))
    columns = {
        "district_id": policy.district_id,
        "policy_version": policy.version,
        "effective": policy.effective,
        "parameters": policy.parameters,
    }
    people_store.upsert(connection, tables.policy, columns)


def _save_signing_keys(connection: Connection, event: IncomingEvent) -> None:
    state = _parsed(accounts.SigningKeysChanged, event)
    keys = {key.key_id: key.public_key for key in state.keys}
    people_store.replace_signing_keys(connection, keys)


def _end_orders_of_dead(connection: Connection, message: accounts.PersonDied, now: datetime) -> None:
    end_orders_of_dead(connection, UUID(message.person_id), now)


def _answer_erasure(connection: Connection, message: accounts.ErasureRequested, now: datetime) -> None:
    person_id = UUID(message.person_id)
    answer = messages.erasure_answered(
        erasure_id=message.erasure_id,
        person_id=message.person_id,
        code=erasure_code(connection, person_id),
        last_service_on=book_store.last_service_on(connection, person_id),
    )
    messages.publish(connection, answer, district_id=UUID(message.district_id), subject=person_id, at=now)


def _open_order(connection: Connection, message: redemption.RedemptionRequested, now: datetime) -> None:
    recipient = people_store.find_person(connection, UUID(message.recipient_id))
    if recipient is None:
        raise NotYetKnownError(subject=message.recipient_id)
    requested = RequestedRedemption(
        redemption_id=UUID(message.redemption_id),
        recipient_id=recipient.person_id,
        payer_id=UUID(message.payer_id or message.recipient_id),
        service_code=message.service_code,
        planned_minutes=message.planned_minutes,
        start_at=heard.instant(message.start_at_us),
        price_minutes=message.price_minutes,
        coefficient_percent=message.coefficient_percent,
        persons=message.persons,
        requested_by=UUID(message.requested_by),
        acting_for=heard.uuid_or_none(message.acting_for),
        consent=heard.consent_of(message),
        why=message.why,
        policy_version=message.policy_version,
        declined_code=message.declined_code,
    )
    open_redemption_order(connection, requested, recipient, now)


def _fund(connection: Connection, message: redemption.RedemptionAuthorised, now: datetime) -> None:
    fund_order(connection, _lock(connection, message.redemption_id), now)


def _refuse_funding(connection: Connection, message: redemption.RedemptionDeclined, now: datetime) -> None:
    decline_order(connection, _lock(connection, message.redemption_id), code=message.code, now=now)


def _refer(connection: Connection, message: redemption.FallbackReferred, now: datetime) -> None:
    refer_order(connection, _lock(connection, message.order_id), fallback=message.fallback, now=now)


def _fund_from_pool(connection: Connection, message: ledger.HoldPlaced, now: datetime) -> None:
    if message.funding == Funding.POOL.value:
        fund_order(connection, _lock(connection, message.hold_id), now)


def _refuse_pool(connection: Connection, message: ledger.HoldRefused, now: datetime) -> None:
    if message.funding == Funding.POOL.value:
        decline_order(connection, _lock(connection, message.hold_id), code=message.code, now=now)


def _settle(connection: Connection, message: ledger.HoursSettled, now: datetime) -> None:
    settle_order(
        connection,
        _lock(connection, message.order_id),
        settlement=message.settlement,
        issued_minutes=message.issued_minutes,
        now=now,
    )


def _lock(connection: Connection, order_id: str) -> Order:
    order = order_store.find_order(connection, UUID(order_id))
    if order is None:
        raise NotYetKnownError(subject=order_id)
    return order_store.lock_order(connection, order.order_id)
