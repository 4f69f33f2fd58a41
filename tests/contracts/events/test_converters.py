"""The two converters between events on the wire and values, by the names and types of their fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

import pytest

from libs.contracts.events import accounts, ledger, orders, redemption
from libs.db import Connection
from libs.events import EventContext, consumers_of, forgets, hears, tells
from libs.events.decoding import NO_RAW_ID, UnknownFieldError, decoder
from libs.events.encoding import encoder
from libs.events.telling import outgoing
from libs.ids import new_id
from libs.inbox import IncomingEvent
from libs.programme.directory.states import PersonTold, PolicyTold

ORDER, DISTRICT, VOLUNTEER = new_id(), new_id(), new_id()
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Evidence(StrEnum):
    """A closed set of words."""

    VERIFIED = "verified"


@dataclass(frozen=True)
class Hours:
    """A part of an event."""

    volunteer_id: UUID
    evidence_class: Evidence
    checked_in_at: datetime | None = None


@dataclass(frozen=True)
class Approved:
    """What a reader needs of an event, and no more."""

    order_id: UUID
    payer_id: UUID | None
    service_began_at: datetime
    hours: tuple[Hours, ...]
    approver_ids: frozenset[UUID]
    planned_minutes: int | None = None


def _message() -> orders.HoursApproved:
    hours = [orders.VolunteerHours(volunteer_id=str(VOLUNTEER), evidence_class="verified")]
    return orders.HoursApproved(
        order_id=str(ORDER),
        service_began_at_us=int(BEGAN.timestamp() * 1_000_000),
        hours=hours,
        approver_ids=[str(VOLUNTEER)],
    )


def test_names_and_types_say_how_a_field_is_read() -> None:
    approved = decoder(orders.HoursApproved.DESCRIPTOR, Approved)(_message())

    assert approved == Approved(
        ORDER, None, BEGAN, (Hours(VOLUNTEER, Evidence.VERIFIED, None),), frozenset({VOLUNTEER}), None
    )


def test_what_is_told_is_read_the_same() -> None:
    approved = Approved(ORDER, VOLUNTEER, BEGAN, (Hours(VOLUNTEER, Evidence.VERIFIED, BEGAN),), frozenset(), 90)

    message = encoder(orders.HoursApproved, Approved)(approved)

    assert (
        decoder(orders.HoursApproved.DESCRIPTOR, Approved)(orders.HoursApproved.FromString(message.SerializeToString()))
        == approved
    )


def test_days_and_documents() -> None:
    state = accounts.PolicyPublished(
        district_id=str(DISTRICT), policy_version=1, effective="2026-03-02", parameters_json='{"a": {"b": 1}}'
    )

    policy_told = decoder(accounts.PolicyPublished.DESCRIPTOR, PolicyTold)(state)

    assert policy_told == PolicyTold(DISTRICT, 1, date(2026, 3, 2), {"a": {"b": 1}})
    assert encoder(accounts.PolicyPublished, PolicyTold)(policy_told) == state


def test_an_id_may_be_kept_as_its_bytes() -> None:
    @dataclass(frozen=True)
    class Raw:
        order_id: bytes
        payer_id: bytes

    read = decoder(orders.HoursApproved.DESCRIPTOR, Raw)(_message())

    assert read == Raw(ORDER.bytes, NO_RAW_ID)


@dataclass(frozen=True)
class Unknown:
    """Names what no contract has."""

    colour: str


@dataclass(frozen=True)
class Mistyped:
    """Takes a text for a number."""

    order_id: int


@pytest.mark.parametrize("form", [Unknown, Mistyped])
def test_a_form_that_does_not_fit_its_contract_is_refused_when_the_service_is_put_together(form: type) -> None:
    with pytest.raises(UnknownFieldError):
        decoder(orders.HoursApproved.DESCRIPTOR, form)


def test_an_event_out_names_fields_of_its_contract() -> None:
    with pytest.raises(UnknownFieldError):
        tells(redemption.HoldRequested, subject="colour")(Unknown)


@tells(redemption.RedemptionCancelled, subject="redemption_id")
@dataclass(frozen=True)
class Cancelled:
    """An event out."""

    redemption_id: UUID
    district_id: UUID
    why: str


def test_the_id_of_an_event_follows_from_its_cause_kind_and_subject() -> None:
    cause = new_id()

    def told(cause: UUID, subject: UUID, minute: int = 0) -> UUID:
        event = Cancelled(subject, DISTRICT, "")
        return outgoing(event, topic="t", stream="s", cause=cause, at=BEGAN.replace(minute=minute)).event_id

    assert told(cause, ORDER) == told(cause, ORDER, minute=5)
    assert len({told(cause, ORDER), told(cause, VOLUNTEER), told(new_id(), ORDER)}) == 3


class _Listener:
    """Hears as the functions of a service do."""

    def __init__(self) -> None:
        self.told: list[object] = []

    @hears(accounts.PersonState)
    def first(self, _connection: Connection, _context: EventContext, told: PersonTold) -> None:
        """Take the person."""
        self.told.append(told.person_id)

    @hears(accounts.PersonState)
    def second(self, _connection: Connection, context: EventContext, _told: PersonTold) -> None:
        """Take the subject."""
        self.told.append(context.subject)

    @forgets(accounts.PersonState)
    def third(self, _connection: Connection, _context: EventContext, subject: str) -> None:
        """Take the tombstone."""
        self.told.append(f"gone {subject}")


def test_all_that_hear_a_kind_act_in_turn_and_a_tombstone_goes_to_those_that_forget() -> None:
    listener = _Listener()
    heard = consumers_of(
        [listener], topics=["t"], context=lambda event: EventContext(event.event_id, event.subject, BEGAN)
    )
    state = accounts.PersonState(person_id=str(VOLUNTEER), home_unit_id=str(DISTRICT))
    hear = heard.functions["timebank.accounts.v1.PersonState"]

    for payload in (state.SerializeToString(), None):
        event = IncomingEvent(new_id(), "", "t", "s", 1, 1, "key", "subject", payload, BEGAN)
        hear(None, event)  # type: ignore[arg-type]  # nothing of it asks the database

    assert listener.told == [VOLUNTEER, "subject", "gone subject"]
    assert ledger.HoldPlaced.DESCRIPTOR.full_name not in heard.functions
