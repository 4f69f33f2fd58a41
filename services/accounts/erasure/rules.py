"""Ending the use of a person's data: asked by one service, answered by three, then sealed or erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from libs.programme.words import Grade, PersonStatus
from services.accounts.core.rules.persons import ErasureState, Household, Person, Qualifications, VisitListing

ANSWERING = ("orders", "ledger", "redemption")
CLEAR = ""


@dataclass(frozen=True)
class Erasure:
    """One request; `answers` has the code of each service that answered, empty when nothing stands against it."""

    erasure_id: UUID
    person_id: UUID
    credit_to_pool: bool
    requested_by: UUID
    requested_at: datetime
    state: ErasureState = ErasureState.PENDING
    code: str = CLEAR
    answers: Mapping[str, str] = field(default_factory=dict)
    last_service_on: date | None = None

    def hear(self, service: str, code: str, last_service_on: date | None) -> "Erasure":
        """Return it with one more answer; decided when all have answered. Open obligations outweigh other codes."""
        if self.state is not ErasureState.PENDING:
            return self
        answers = {**self.answers, service: code}
        heard = replace(self, answers=answers, last_service_on=last_service_on or self.last_service_on)
        if not set(ANSWERING) <= set(answers):
            return heard
        codes = sorted({answer for answer in answers.values() if answer}, key=lambda code: code != "open_obligations")
        if codes:
            return replace(heard, state=ErasureState.DECLINED, code=codes[0])
        return replace(heard, state=ErasureState.DONE)


def kept_until(last_service_on: date | None, *, years: int, today: date) -> date | None:
    """Return the day at whose 00:00 the duty to keep service records ends; None when it has ended or never began."""
    if last_service_on is None:
        return None
    try:
        end = last_service_on.replace(year=last_service_on.year + years)
    except ValueError:  # 29 February, in a year that has none
        end = date(last_service_on.year + years, 3, 1)
    return end if end > today else None


def end_use(person: Person, status: PersonStatus) -> Person:
    """Return the person without anything that a rule could still need, sealed or erased."""
    assert status in (PersonStatus.SEALED, PersonStatus.ERASED)
    return replace(
        person.changed(),
        status=status,
        grade=Grade.INTACT,
        hardship=(),
        household=Household(),
        home=None,
        speaks=(),
        visits=VisitListing(),
        qualifications=Qualifications(),
    )
