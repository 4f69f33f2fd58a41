"""Judge what devices signed at the door without a network, by the rules of a check-in and check-out there and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection, savepoint
from libs.errors import Refusal
from libs.ids import id_from_cause
from libs.p256 import has_signed
from libs.programme.refusals import DeviceKeyRevokedError
from services.orders.core.rules.deadlines import PLACES
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import deadline_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor
from services.orders.core.usecases.order_changes import policy_of_order
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.serving import store
from services.orders.serving.refusals import (
    ActNumberReusedError,
    ActUnreadableError,
    DeviceKeyUnknownError,
    DoorCodeWrongError,
    SignatureWrongError,
)
from services.orders.serving.rules.acts import (
    DONE,
    WAITING,
    ActState,
    DeviceKey,
    DoorAct,
    Outcome,
    awaits_check_in,
    in_judging_order,
    refuse_before_taken,
    refuse_check_out_at,
    refuse_unbelievable,
)
from services.orders.serving.rules.doors import DoorKey
from services.orders.serving.usecases.serve_order import Shown, begin_service, end_service

KEPT = timedelta(days=14)
"""Longer than any act may be on its way: sent again after that, it is refused as too old."""


@dataclass(frozen=True)
class SignedText:
    """A text as it came, its signature, and what it says; None = it says nothing that can be read."""

    text: str
    signature: str
    act: DoorAct | None


@dataclass(frozen=True)
class SignedAct:
    """An act that its device has signed, and the text that says it."""

    act: DoorAct
    text: str
    key: DeviceKey


Checked = SignedAct | Outcome
"""An act with its signature looked at, or why it is none."""


def check_signatures(connection: Connection, caller_id: UUID, texts: Sequence[SignedText]) -> list[Checked]:
    """Return each act that a device of the caller's signed, or why it does not count."""
    keys = store.keys_of(connection, [sent.act.key_id for sent in texts if sent.act is not None])
    return [_checked(sent, keys, caller_id) for sent in texts]


def _checked(sent: SignedText, keys: Mapping[str, DeviceKey], caller_id: UUID) -> Checked:
    if sent.act is None:
        return _refused(ActUnreadableError())
    key = keys.get(sent.act.key_id)
    if key is None or key.person_id != caller_id:
        return _refused(DeviceKeyUnknownError())
    if key.revoked_at is not None:
        return _refused(DeviceKeyRevokedError())
    if not has_signed(key.public_key, sent.signature, sent.text.encode()):
        return _refused(SignatureWrongError())
    return SignedAct(sent.act, sent.text, key)


def receive_acts(
    connection: Connection, context: CommandContext, order_id: UUID, signed: Iterable[SignedAct], door_key: DoorKey
) -> dict[str, Outcome]:
    """Judge the acts on one order, with those that wait for them; return what became of each text.

    It is the same however often and in which order they come: each counts once, check-ins before check-outs.
    """
    try:
        order = lock_with_facts(connection, context, order_id)
        refuse_auditor(context)
        order.assignment_of(context.caller_id)
    except Refusal as refusal:
        return {sent.text: _refused(refusal) for sent in signed}
    store.forget_old_acts(connection, context.caller_id, before=context.now - KEPT)
    _let_places_be_forgotten(connection, context, order)
    outcomes: dict[str, Outcome] = {}
    admitted: dict[tuple[str, int], DoorAct] = {}
    for sent in sorted(signed, key=lambda sent: (sent.act.counter, sent.text)):
        outcomes[sent.text] = _admit(connection, context, order, sent, door_key)
        if outcomes[sent.text].state is ActState.WAITING:
            admitted[sent.act.key_id, sent.act.counter] = sent.act
    judged = _judge_all(connection, context, order, admitted, door_key)
    by_text = {sent.text: judged.get((sent.act.key_id, sent.act.counter)) for sent in signed}
    return {
        text: by_text[text] or outcome if outcome.state is ActState.WAITING else outcome
        for text, outcome in outcomes.items()
    }


def _let_places_be_forgotten(connection: Connection, context: CommandContext, order: Order) -> None:
    """Let what a device signed of where it was be deleted, also where nothing follows from it."""
    days = policy_of_order(connection, order, context.now).retention.location_days
    deadline_store.add_deadline(connection, Deadline(order.order_id, PLACES, context.now + timedelta(days=days)))


def _admit(
    connection: Connection, context: CommandContext, order: Order, sent: SignedAct, door_key: DoorKey
) -> Outcome:
    """Remember an act that comes for the first time, unless its time is unbelievable; return where it stands."""
    digest = door_key.mark(order.order_id, sent.text) or ""
    earlier = store.find_act(connection, sent.act)
    if earlier is not None:
        return earlier.outcome if earlier.digest == digest else _refused(ActNumberReusedError())
    outcome = WAITING
    try:
        policy = policy_of_order(connection, order, context.now)
        around = store.times_around(connection, sent.act)
        refuse_unbelievable(sent.act, sent.key, around, policy=policy, now=context.now)
        refuse_before_taken(sent.act, order.assignment_of(context.caller_id))
    except Refusal as refusal:
        outcome = _refused(refusal)
    is_first = store.add_act(
        connection,
        sent.act,
        person_id=context.caller_id,
        received_at=context.now,
        digest=digest,
        outcome=outcome,
    )
    return outcome if is_first else _refused(ActNumberReusedError())


def _judge_all(
    connection: Connection,
    context: CommandContext,
    order: Order,
    admitted: Mapping[tuple[str, int], DoorAct],
    door_key: DoorKey,
) -> dict[tuple[str, int], Outcome]:
    waiting = {
        (act.key_id, act.counter): act for act in store.waiting_acts(connection, order.order_id, context.caller_id)
    }
    judged: dict[tuple[str, int], Outcome] = {}
    for act in in_judging_order((waiting | dict(admitted)).values()):
        order, outcome = _judge(connection, context, order, act, door_key)
        judged[act.key_id, act.counter] = outcome
        if outcome.state is not ActState.WAITING:
            store.save_outcome(connection, act, outcome)
    return judged


def _judge(
    connection: Connection, context: CommandContext, order: Order, act: DoorAct, door_key: DoorKey
) -> tuple[Order, Outcome]:
    """Return the order after an act and what became of it; a refused one changes nothing but the count of codes."""
    own = replace(context, cause=id_from_cause(context.caller_id, "door-act", act.key_id, str(act.counter)))
    try:
        with savepoint(connection):
            return _apply(connection, own, order, act, door_key)
    except DoorCodeWrongError as refusal:
        return store.count_wrong_code(connection, order), _refused(refusal)
    except Refusal as refusal:
        return order, _refused(refusal)


def _apply(
    connection: Connection, context: CommandContext, order: Order, act: DoorAct, door_key: DoorKey
) -> tuple[Order, Outcome]:
    at = min(act.at, context.now)
    shown = Shown(code=act.code, place=act.place)
    if act.verb is Verb.CHECK_IN:
        begun = begin_service(connection, context, order, shown, door_key, at=at, device_key=act.key_id)
        return begun, DONE
    part = order.assignment_of(context.caller_id)
    if awaits_check_in(order, part):
        return order, WAITING
    policy = people_store.policy_on(connection, order.district_id, local_date(at))
    refuse_check_out_at(policy, order, part, at)
    return end_service(connection, context, order, shown, at=at, device_key=act.key_id), DONE


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(ActState.REFUSED, refusal.code)
