"""What orders hears of the others, read from protobuf."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from libs.clock import from_microseconds
from libs.contracts.timebank.accounts.v1 import events_pb2 as accounts
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.programme.acting import Consent, ConsentHow
from libs.programme.words import Grade
from services.orders.core.rules.people import Person, Place, Qualifications

MILLIDEGREE_E6 = 1000


def consent_of(message: redemption.RedemptionRequested) -> Consent | None:
    """Return how and when the consent to a redemption was given; its words stay in redemption."""
    if not message.consent_how:
        return None
    return Consent(ConsentHow(message.consent_how), from_microseconds(message.consent_given_at_us))


def person_of(state: accounts.PersonState) -> Person:
    """Return the person that a state event tells of."""
    skills = state.qualifications
    home = Place(state.home_latitude_millideg * MILLIDEGREE_E6, state.home_longitude_millideg * MILLIDEGREE_E6)
    return Person(
        person_id=UUID(state.person_id),
        status=state.status,
        home_unit_id=UUID(state.home_unit_id),
        district_id=UUID(state.district_id or state.home_unit_id),
        born=_day(state.born),
        sex=state.sex,
        grade=state.grade or Grade.INTACT,
        hardship=frozenset(state.hardship),
        household_id=state.household_id,
        household_verified=state.household_verified,
        home=home if state.home_known else None,
        roles=frozenset(role.role for role in state.roles),
        qualifications=Qualifications(
            skills.training, skills.clean_record, _day(skills.insured_until), frozenset(skills.certificates)
        ),
        visit_risk=state.visit_risk,
        visit_listed_on=_day(state.visit_listed_on),
        known_to=frozenset(UUID(one) for one in state.known_to),
    )


def instant(microseconds: int) -> datetime:
    """Return the instant of a `*_at_us` field."""
    return from_microseconds(microseconds)


def uuid_or_none(text: str) -> UUID | None:
    """Return the id of a field that may be empty."""
    return UUID(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
