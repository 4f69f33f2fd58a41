"""What orders hears of people, units, rules and keys."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from libs.db import Connection
from libs.inbox import IncomingEvent, NotYetKnownError
from libs.programme import standing
from libs.programme.known_grants import hear_acting_grant, hear_use
from libs.programme.policy.store import hear_policy
from services.orders.core.messages import Message, accounts, heard, redemption
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store, people_store, tables

M = TypeVar("M", bound=Message)


def parsed(kind: type[M], event: IncomingEvent) -> M:
    message = kind()
    message.ParseFromString(event.payload or b"")
    return message


def hear_sessions_ended(connection: Connection, message: accounts.SessionsEnded, _now: datetime) -> None:
    standing.hear_sessions_ended(connection, message)


def save_relation(connection: Connection, event: IncomingEvent) -> None:
    state = parsed(accounts.RelationState, event)
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


def save_acting_grant(connection: Connection, event: IncomingEvent) -> None:
    state = None if event.payload is None else parsed(accounts.ActingGrantState, event)
    hear_acting_grant(connection, event.subject, state)


def hear_acted_for(connection: Connection, event: IncomingEvent) -> None:
    hear_use(connection, parsed(redemption.ActedFor, event))


def save_group(connection: Connection, event: IncomingEvent) -> None:
    state = parsed(accounts.GroupState, event)
    if event.payload is None or not state.active:
        people_store.forget(connection, tables.volunteer_group, group_id=UUID(event.subject))
        return
    columns = {
        "group_id": UUID(state.group_id),
        "leader_id": UUID(state.leader_id),
        "member_ids": [UUID(member_id) for member_id in state.member_ids],
    }
    people_store.upsert(connection, tables.volunteer_group, columns)


def save_unit(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        people_store.forget(connection, tables.org_unit, unit_id=UUID(event.subject))
        return
    state = parsed(accounts.OrgUnitState, event)
    columns = {
        "unit_id": UUID(state.unit_id),
        "parent_id": heard.uuid_or_none(state.parent_id),
        "level": state.level,
        "district_id": heard.uuid_or_none(state.district_id),
    }
    people_store.upsert(connection, tables.org_unit, columns)


def save_policy(connection: Connection, event: IncomingEvent) -> None:
    published = None if event.payload is None else parsed(accounts.PolicyPublished, event)
    hear_policy(connection, event.subject, published)


def save_signing_keys(connection: Connection, event: IncomingEvent) -> None:
    state = parsed(accounts.SigningKeysChanged, event)
    keys = {key.key_id: key.public_key for key in state.keys}
    people_store.replace_signing_keys(connection, keys)


def lock_known_order(connection: Connection, order_id: str) -> Order:
    order = order_store.find_order(connection, UUID(order_id))
    if order is None:
        raise NotYetKnownError(subject=order_id)
    return order_store.lock_order(connection, order.order_id)
