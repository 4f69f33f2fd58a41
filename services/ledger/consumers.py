"""What the ledger hears: one function per event; runs of one type are posted together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import Clock, from_microseconds
from libs.db import Connection
from libs.db.rows import save_row
from libs.inbox import Consumers, IncomingEvent, NotYetKnownError
from libs.programme import standing
from libs.programme.known_grants import forget_grants_of, hear_acting_grant
from libs.programme.policy.store import hear_policy
from services.ledger import messages
from services.ledger.domain.postings import Command, HoldNotYetKnownError
from services.ledger.messages import accounts, orders, redemption
from services.ledger.store import known
from services.ledger.usecases import commands_from_events as asked, people
from services.ledger.usecases.post import Postings

M = TypeVar("M", bound=Message)
Make = Callable[[Connection, IncomingEvent, Any, int], Command | None]


def consumers(*, clock: Clock, postings: Postings | None = None) -> Consumers:
    """Return the ledger's consumers; `clock` dates what they post."""
    hearing = _Hearing(postings or Postings(clock), clock)
    hearing.hear_state()
    hearing.hear_facts()
    return Consumers(topics=messages.TOPICS_HEARD, functions=hearing.functions, batch_functions=hearing.batches)


class _Hearing:
    """Collects the functions, by event type."""

    def __init__(self, postings: Postings, clock: Clock) -> None:
        self.functions: dict[str, Callable[[Connection, IncomingEvent], None]] = {}
        self.batches: dict[str, Callable[[Connection, Sequence[IncomingEvent]], None]] = {}
        self._postings = postings
        self._clock = clock

    def hear_state(self) -> None:
        """What is kept of others."""
        self.functions[messages.type_of(accounts.PersonState)] = self._save_person
        self.functions[messages.type_of(accounts.RelationState)] = _save_relation
        self.functions[messages.type_of(accounts.ActingGrantState)] = _save_acting_grant
        self.functions[messages.type_of(accounts.OrgUnitState)] = _save_unit
        self.functions[messages.type_of(accounts.PolicyPublished)] = _save_policy
        self.functions[messages.type_of(accounts.SigningKeysChanged)] = _save_signing_keys

    def hear_facts(self) -> None:
        """What moves credit."""
        self._post(redemption.HoldRequested, _of_event(asked.place_hold))
        self._post(redemption.ReleaseRequested, asked.release_hold)
        self._post(orders.FundingRequested, _of_event(asked.place_pool_hold))
        for ended in (
            orders.OrderCancelled,
            orders.OrderExpired,
            orders.HoursRejected,
            orders.NoShowRecorded,
        ):
            self._post(ended, _of_event(asked.release_pool_hold))
        self._post(orders.HoursApproved, _at_any_time(asked.settle_hours))
        self._post(orders.HoursReversed, asked.reverse_hours)
        self._post(redemption.GiftRequested, asked.gift)
        self._post(redemption.DonationRequested, _of_event(asked.donation))
        self._post(redemption.GoodsRequested, asked.goods)
        self._post(redemption.GrantScheduled, _of_event(asked.grant_month))
        self._post(accounts.PersonRegistered, asked.starting_credit)
        self.functions[messages.type_of(redemption.EstateSettlementRequested)] = self._settle_estate
        self.functions[messages.type_of(accounts.SessionsEnded)] = _refuse_ended_sessions
        self.functions[messages.type_of(accounts.PersonDied)] = self._freeze
        self.functions[messages.type_of(accounts.DeathMistakeFound)] = self._unfreeze
        self.functions[messages.type_of(accounts.ErasureRequested)] = self._answer_erasure
        self.functions[messages.type_of(accounts.PersonErased)] = self._empty_erased

    def _post(self, kind: type[Message], make: Make) -> None:
        """Hear events that each stand for one command."""

        def post_all(connection: Connection, events: Sequence[IncomingEvent]) -> None:
            now_us = self._postings.now_us()
            made = [make(connection, event, parse(kind, event), now_us) for event in events]
            try:
                self._postings.post(connection, [command for command in made if command is not None])
            except HoldNotYetKnownError as error:
                raise NotYetKnownError(subject=events[0].subject) from error

        def post_one(connection: Connection, event: IncomingEvent) -> None:
            post_all(connection, [event])

        self.functions[messages.type_of(kind)] = post_one
        self.batches[messages.type_of(kind)] = post_all

    def _save_person(self, connection: Connection, event: IncomingEvent) -> None:
        if event.payload is None:
            standing.hear_person(connection, UUID(event.subject), None)
            known.forget_person(connection, UUID(event.subject))
            forget_grants_of(connection, UUID(event.subject))
            return
        state = parse(accounts.PersonState, event)
        person_id, district_id = UUID(state.person_id), UUID(state.district_id)
        standing.hear_person(connection, person_id, state)
        before = known.find_person(connection, person_id)
        row = {
            "person_id": person_id,
            "district_id": district_id,
            "home_unit_id": UUID(state.home_unit_id),
            "status": state.status,
            "household_id": _optional_id(state.household_id),
            "household_verified": state.household_verified,
            "died_on": messages.day(state.died_on),
        }
        save_row(connection, known.person, row)
        if before is not None and before.district_id != district_id:
            people.move_credit(
                connection,
                self._postings,
                person_id=person_id,
                old_district=before.district_id,
                new_district=district_id,
                cause=event.event_id,
            )

    def _settle_estate(self, connection: Connection, event: IncomingEvent) -> None:
        message = parse(redemption.EstateSettlementRequested, event)
        self._postings.post(connection, [asked.settle_estate(event, message)])
        known.set_credit_due(connection, UUID(message.person_id), None)

    def _freeze(self, connection: Connection, event: IncomingEvent) -> None:
        message = parse(accounts.PersonDied, event)
        if known.find_person(connection, UUID(message.person_id)) is None:
            raise NotYetKnownError(subject=message.person_id)
        now_us = self._postings.now_us()
        policy = asked.policy_now(connection, message.district_id, now_us)
        self._postings.post(connection, [asked.freeze_wallets(event, message)])
        people.schedule_estate(connection, UUID(message.person_id), policy, from_microseconds(now_us))

    def _unfreeze(self, connection: Connection, event: IncomingEvent) -> None:
        message = parse(accounts.DeathMistakeFound, event)
        command = asked.unfreeze_wallets(connection, event, message, self._postings.now_us())
        [posted] = self._postings.post(connection, [command])
        if posted.refusal is None:
            known.set_credit_due(connection, UUID(message.person_id), None)

    def _answer_erasure(self, connection: Connection, event: IncomingEvent) -> None:
        message = parse(accounts.ErasureRequested, event)
        people.answer_erasure(
            connection,
            erasure_id=UUID(message.erasure_id),
            person_id=UUID(message.person_id),
            district_id=UUID(message.district_id),
            credit_to_pool=message.credit_to_pool,
            now=self._clock.now(),
        )

    def _empty_erased(self, connection: Connection, event: IncomingEvent) -> None:
        message = parse(accounts.PersonErased, event)
        people.empty_erased(connection, self._postings, person_id=UUID(message.person_id), cause=event.event_id)


def _of_event(make: Callable[[IncomingEvent, Any], Command | None]) -> Make:
    """A command made of the event alone."""
    return lambda _connection, event, message, _now_us: make(event, message)


def _at_any_time(make: Callable[[Connection, IncomingEvent, Any], Command | None]) -> Make:
    """A command that does not depend on when it is made."""
    return lambda connection, event, message, _now_us: make(connection, event, message)


def parse(kind: type[M], event: IncomingEvent) -> M:
    """The message of an event."""
    message = kind()
    message.ParseFromString(event.payload or b"")
    return message


def _optional_id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _refuse_ended_sessions(connection: Connection, event: IncomingEvent) -> None:
    standing.hear_sessions_ended(connection, parse(accounts.SessionsEnded, event))


def _save_relation(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        known.delete_row(connection, known.relation, UUID(event.subject))
        return
    state = parse(accounts.RelationState, event)
    row = {
        "relation_id": UUID(state.relation_id),
        "person_id": UUID(state.person_id),
        "relative_id": UUID(state.relative_id),
        "kind": state.kind,
        "verified": state.verified and state.active,
        "declared_by": _optional_id(state.declared_by),
        "active": state.active,
    }
    save_row(connection, known.relation, row)


def _save_acting_grant(connection: Connection, event: IncomingEvent) -> None:
    state = None if event.payload is None else parse(accounts.ActingGrantState, event)
    hear_acting_grant(connection, event.subject, state)


def _save_unit(connection: Connection, event: IncomingEvent) -> None:
    if event.payload is None:
        known.delete_row(connection, known.org_unit, UUID(event.subject))
        return
    state = parse(accounts.OrgUnitState, event)
    row = {
        "unit_id": UUID(state.unit_id),
        "parent_id": _optional_id(state.parent_id),
        "district_id": _optional_id(state.district_id),
        "level": state.level,
        "name_zh": state.name_zh,
        "name_en": state.name_en,
    }
    save_row(connection, known.org_unit, row)


def _save_policy(connection: Connection, event: IncomingEvent) -> None:
    published = None if event.payload is None else parse(accounts.PolicyPublished, event)
    hear_policy(connection, event.subject, published)


def _save_signing_keys(connection: Connection, event: IncomingEvent) -> None:
    state = parse(accounts.SigningKeysChanged, event)
    keys = {key.key_id: (key.public_key, key.retired_at_us) for key in state.keys}
    known.replace_signing_keys(connection, keys)
