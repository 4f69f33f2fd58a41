"""What orders hears, and which feature acts on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from libs.clock import Clock
from libs.db import Connection
from libs.inbox import Consumers, EventFunction, IncomingEvent
from services.orders.core.consumers import (
    M,
    hear_acted_for,
    hear_sessions_ended,
    parsed,
    save_acting_grant,
    save_group,
    save_policy,
    save_relation,
    save_signing_keys,
    save_unit,
)
from services.orders.core.messages import TOPICS_HEARD, Message, accounts, ledger, redemption
from services.orders.erasure.consumers import hear_erasure_requested, save_person
from services.orders.placing.consumers import (
    hear_fallback_referred,
    hear_hold_placed,
    hear_hold_refused,
    hear_person_died,
    hear_redemption_authorised,
    hear_redemption_declined,
    hear_redemption_requested,
)
from services.orders.service_time.consumers import hear_hours_settled


def consumers(*, clock: Clock) -> Consumers:
    """Return the consumers of orders; `clock` dates what follows from an event."""
    functions: dict[str, EventFunction] = {}
    _hear_states(functions)
    _hear_facts(functions, clock)
    return Consumers(topics=TOPICS_HEARD, functions=functions)


def _hear_states(functions: dict[str, EventFunction]) -> None:
    functions[_name(accounts.PersonState)] = save_person
    functions[_name(accounts.RelationState)] = save_relation
    functions[_name(accounts.ActingGrantState)] = save_acting_grant
    functions[_name(accounts.GroupState)] = save_group
    functions[_name(accounts.OrgUnitState)] = save_unit
    functions[_name(accounts.PolicyPublished)] = save_policy
    functions[_name(accounts.SigningKeysChanged)] = save_signing_keys


def _hear_facts(functions: dict[str, EventFunction], clock: Clock) -> None:
    def on(kind: type[M], act: Callable[[Connection, M, datetime], None]) -> None:
        def hear(connection: Connection, event: IncomingEvent) -> None:
            act(connection, parsed(kind, event), clock.now())

        functions[_name(kind)] = hear

    on(accounts.SessionsEnded, hear_sessions_ended)
    functions[_name(redemption.ActedFor)] = hear_acted_for
    on(accounts.PersonDied, hear_person_died)
    on(accounts.ErasureRequested, hear_erasure_requested)
    on(redemption.RedemptionRequested, hear_redemption_requested)
    on(redemption.RedemptionAuthorised, hear_redemption_authorised)
    on(redemption.RedemptionDeclined, hear_redemption_declined)
    on(redemption.FallbackReferred, hear_fallback_referred)
    on(ledger.HoldPlaced, hear_hold_placed)
    on(ledger.HoldRefused, hear_hold_refused)
    on(ledger.HoursSettled, hear_hours_settled)


def _name(kind: type[Message]) -> str:
    return str(kind.DESCRIPTOR.full_name)
