"""An application: what it waits for, step by step, until two people make the applicant a volunteer, or it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from libs.programme.two_people import Proposal
from libs.programme.words import Sex
from services.accounts.core.rules.identity import IdKind

FORGOTTEN_AFTER_END = timedelta(days=30)
LAPSES_AFTER = timedelta(days=180)
"""How long an application without a result is kept; then it lapses, and is forgotten with it."""
SERVICES_MAX = 30
StepName = Literal["identity", "agreement", "training"]
WINDOWS_MAX = 21


class ApplicationState(StrEnum):
    """Where it stands."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class WaitsFor(StrEnum):
    """What comes next."""

    IDENTITY = "identity"
    AGREEMENT = "agreement"
    TRAINING = "training"
    FIRST_SIGNATURE = "first_signature"
    SECOND_SIGNATURE = "second_signature"


@dataclass(frozen=True)
class Applicant:
    """Who applies: the fields that are sealed with a key of their own."""

    name: str
    phone_number: str
    id_number: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Offer:
    """What she can do (codes of the catalogue) and in which hours of the week."""

    services: tuple[str, ...] = ()
    hours: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Step:
    """What a member of staff recorded on the way: that it was done, on which day."""

    by: UUID
    at: datetime
    on: date


@dataclass(frozen=True)
class Application:
    """An application; its id becomes the person's when she is admitted."""

    application_id: UUID
    unit_id: UUID
    born: date | None
    sex: Sex | None
    offer: Offer
    privacy_version: str
    applied_at: datetime
    state: ApplicationState = ApplicationState.APPLIED
    document: IdKind | None = None
    identity: Step | None = None
    agreement: Step | None = None
    training: Step | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    ended_why: str = ""
    forget_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it has no result yet."""
        return self.state is ApplicationState.APPLIED

    @property
    def missing(self) -> WaitsFor | None:
        """Return the first step that is missing before anybody can sign."""
        steps = (
            (WaitsFor.IDENTITY, self.identity),
            (WaitsFor.AGREEMENT, self.agreement),
            (WaitsFor.TRAINING, self.training),
        )
        return next((name for name, step in steps if step is None), None)

    def recorded(self, name: StepName, step: Step) -> "Application":
        """Return it with one more step, or the same step recorded anew."""
        steps: dict[StepName, Step | None] = {
            "identity": self.identity,
            "agreement": self.agreement,
            "training": self.training,
        }
        steps[name] = step
        return replace(self, identity=steps["identity"], agreement=steps["agreement"], training=steps["training"])

    def ended(
        self, state: ApplicationState, *, by: UUID | None, at: datetime, forget_on: date | None, why: str = ""
    ) -> "Application":
        """Return it with its result."""
        return replace(self, state=state, ended_by=by, ended_at=at, ended_why=why, forget_on=forget_on)


@dataclass(frozen=True)
class Admission:
    """The first signature under an application, and the second person's word."""

    proposal: Proposal
    application_id: UUID


def youngest_applicant(sex: Sex, *, min_age: int, min_age_women: int | None, adult_age: int) -> int:
    """Return from which age somebody applies alone: a minor comes with a guardian, whatever else the rules allow."""
    least = min_age if sex is not Sex.FEMALE or min_age_women is None else min_age_women
    return max(least, adult_age)
