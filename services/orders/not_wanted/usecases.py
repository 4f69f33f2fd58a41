"""Say that a volunteer is not wanted, and take it back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import WORKER_ROLES
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.store import order_store, people_store
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, load_subject
from services.orders.core.usecases.gates_again import look_at_gates_again
from services.orders.core.usecases.order_changes import save_change
from services.orders.not_wanted import store
from services.orders.not_wanted.refusals import NotWantedTooManyError
from services.orders.not_wanted.store import Word

NOT_WANTED_MAX = 50
"""Of one recipient: whoever wants nobody is helped by a talk, not by a list."""


def say_not_wanted(connection: Connection, context: CommandContext, recipient_id: UUID, *, volunteer_id: UUID) -> Word:
    """Bar a volunteer from a recipient's visits; what they have taken is opened to others, offers to them are recalled.

    Raises:
        Refusal: as `require_acting_for`: neither the recipient, nor who may ask for them, nor staff with their consent.
        RecordNotFoundError: nobody who gives help has this id.
        NotWantedTooManyError: as its name says.
    """
    _require_word(connection, context, recipient_id, volunteer_id)
    volunteer = people_store.find_person(connection, volunteer_id)
    if volunteer is None or not volunteer.roles & WORKER_ROLES or volunteer_id == recipient_id:
        raise RecordNotFoundError
    # Whoever takes an order at this moment has done so, or finds the word.
    order_store.lock_person(connection, min(recipient_id, volunteer_id))
    order_store.lock_person(connection, max(recipient_id, volunteer_id))
    if store.count_of(connection, recipient_id, but=volunteer_id) >= NOT_WANTED_MAX:
        raise NotWantedTooManyError(not_wanted_max=NOT_WANTED_MAX)
    consent = context.consent if context.is_for_another else None
    word = Word(recipient_id, volunteer_id, context.caller_id, context.now, consent, context.why)
    store.save_word(connection, word)
    _recall_offers(connection, context, word)
    look_at_gates_again(connection, volunteer_id, context.now)
    return word


def want_again(connection: Connection, context: CommandContext, recipient_id: UUID, *, volunteer_id: UUID) -> None:
    """Take back the word against a volunteer, who may take the recipient's visits again; the reason is deleted.

    Raises:
        Refusal: as `say_not_wanted`.
        RecordNotFoundError: nothing was said of this volunteer.
    """
    _require_word(connection, context, recipient_id, volunteer_id)
    if not store.delete_word(connection, recipient_id=recipient_id, volunteer_id=volunteer_id):
        raise RecordNotFoundError


def _require_word(connection: Connection, context: CommandContext, recipient_id: UUID, volunteer_id: UUID) -> None:
    recipient = load_subject(connection, context, recipient_id)
    require_acting_for(connection, context, recipient, GrantedAct.ASK, subject_id=volunteer_id)


def _recall_offers(connection: Connection, context: CommandContext, word: Word) -> None:
    offered = store.offered_orders(connection, recipient_id=word.recipient_id, volunteer_id=word.volunteer_id)
    for order in order_store.lock_orders(connection, offered):
        if order.state is State.PUBLISHED:
            recalled = replace(order.moved(Verb.RECALL_OFFER), offers=order.offers.without(word.volunteer_id))
            save_change(connection, order, recalled, replace(context.step(Verb.RECALL_OFFER), why=""))
