"""Programme policies: every parameter with its type and bounds, city presets, and the versions of a district."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import cast
from uuid import UUID

from libs.programme.policy import Stored, typed
from libs.programme.two_people import Proposal, ProposalState, Verdict
from services.accounts.core.refusals import NameForbiddenError
from services.accounts.core.rules.names import FORBIDDEN_WORD
from services.accounts.policies.refusals import (
    ParameterFixedError,
    ParameterOutOfBoundsError,
    ParameterUnknownError,
    PolicyBackdatedError,
    PolicyOutdatedError,
)

TEXT_LENGTH_MAX = 60
LIST_LENGTH_MAX = 64
_PUBLIC_NAMES = frozenset({"programme.display_name", "programme.unit_name"})
Values = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Parameter:
    """One named rule: its type, bounds and default. `mark` says whose number it is: S, L, N, N- or I (ours).

    An informative one is said to people and read by no rule; the list says why.
    """

    name: str
    type: str
    default: object
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    is_nullable: bool = False
    is_fixed: bool = False
    mark: str = ""
    is_informative: bool = False
    source: str = ""
    zh: str = ""
    en: str = ""

    def refuse_unless_fits(self, value: object) -> None:
        """Refuse a value of another type or outside the bounds.

        Raises:
            NameForbiddenError: a public name with 银行.
            ParameterOutOfBoundsError: anything else that does not fit.
        """
        if isinstance(value, str) and self.name in _PUBLIC_NAMES and FORBIDDEN_WORD in "".join(value.split()):
            raise NameForbiddenError(parameter=self.name)
        if not self._fits(value):
            bounds = {"min": self.minimum, "max": self.maximum, "choices": list(self.choices) or None}
            raise ParameterOutOfBoundsError(parameter=self.name, value_type=self.type, bounds=bounds)

    def _fits(self, value: object) -> bool:
        if value is None:
            return self.is_nullable
        if self.type == "integer":
            return _is_integer(value) and self._within(cast("int", value))
        if self.type == "boolean":
            return isinstance(value, bool)
        if self.type == "text":
            return isinstance(value, str) and 0 < len(value.strip()) <= TEXT_LENGTH_MAX
        if self.type == "choice":
            return value in self.choices
        if self.type == "list":
            return self._fits_list(value)
        if self.type == "days":
            return _are_days(value)
        assert self.type == "map", self.type
        return isinstance(value, dict) and all(isinstance(k, str) and _is_integer(v) for k, v in value.items())

    def _within(self, value: int) -> bool:
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    def _fits_list(self, value: object) -> bool:
        """Accept a list of the same shape as the default: texts, whole numbers, or lists of texts."""
        if not isinstance(value, list) or len(value) > LIST_LENGTH_MAX:
            return False
        sample = cast("list[object]", self.default)[0]
        if isinstance(sample, list):
            # Sets of evidence: only what the default names is ever collected.
            known = {name for entry in cast("list[list[str]]", self.default) for name in entry}
            return bool(value) and all(isinstance(entry, list) and entry and known.issuperset(entry) for entry in value)
        if _is_integer(sample):
            return all(_is_integer(entry) and entry >= 0 for entry in value) and value == sorted(set(value))
        return all(isinstance(entry, str) and (not self.choices or entry in self.choices) for entry in value)


def _are_days(value: object) -> bool:
    """Accept days in ISO form, in order, each once."""
    if not isinstance(value, list) or len(value) > LIST_LENGTH_MAX:
        return False
    return all(isinstance(entry, str) and _is_day(entry) for entry in value) and value == sorted(set(value))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@dataclass(frozen=True)
class Preset:
    """A city's published rules on top of the defaults."""

    name: str
    title: Mapping[str, str]
    values: Values
    sources: Mapping[str, object]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleBook:
    """All parameters by `group.name`, and the presets by name."""

    parameters: Mapping[str, Parameter]
    presets: Mapping[str, Preset]

    def defaults(self) -> Values:
        """Return every parameter with its default."""
        values: Values = {}
        for name, parameter in self.parameters.items():
            group, _, short = name.partition(".")
            values.setdefault(group, {})[short] = parameter.default
        return values

    def complete(self, changes: Mapping[str, Mapping[str, object]], *, start: Values | None = None) -> Values:
        """Return every parameter with its value: `start` (default: the defaults) with checked changes on top.

        Raises:
            ParameterUnknownError, ParameterFixedError, NameForbiddenError, ParameterOutOfBoundsError
        """
        self.refuse_wrong_changes(changes)
        values = merged(start or self.defaults(), changes)
        _refuse_contradictions(values)
        return values

    def refuse_wrong_changes(self, changes: Mapping[str, Mapping[str, object]]) -> None:
        """Refuse changes that name an unknown or fixed parameter or a value outside its bounds."""
        for name, value in _flat(changes):
            parameter = self.parameters.get(name)
            if parameter is None:
                raise ParameterUnknownError(parameter=name)
            if parameter.is_fixed:
                raise ParameterFixedError(parameter=name)
            parameter.refuse_unless_fits(value)


class PolicyState(StrEnum):
    """Where a version stands."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    TURNED_DOWN = "turned_down"
    LAPSED = "lapsed"


LAPSES_AFTER = timedelta(days=60)
"""How long a proposed version waits for its second person: a city's office takes its time."""
OF_PROPOSAL = {
    ProposalState.PROPOSED: PolicyState.PROPOSED,
    ProposalState.ACCEPTED: PolicyState.PUBLISHED,
    ProposalState.DECLINED: PolicyState.TURNED_DOWN,
    ProposalState.LAPSED: PolicyState.LAPSED,
}


@dataclass(frozen=True)
class Policy:
    """A version of a district's rules: proposed by one person, published or turned down by another."""

    proposal: Proposal
    district_id: UUID
    effective: date
    preset: str
    changes: Values
    parameters: Values
    base_version: int
    policy_version: int | None = None

    @property
    def policy_id(self) -> UUID:
        """Return the id under which it was proposed."""
        return self.proposal.proposal_id

    @property
    def is_published(self) -> bool:
        """Tell whether both said yes."""
        return self.proposal.state is ProposalState.ACCEPTED

    def decide(self, verdict: Verdict, *, latest: "Policy | None", today: date) -> "Policy":
        """Return it published as the next version, or turned down.

        Raises:
            MakerIsCheckerError: who proposed it decides.
            AlreadyDecidedError, ProposalLapsedError
            PolicyOutdatedError: another version was published in between.
            PolicyBackdatedError: its first day is no longer ahead.
        """
        decided = replace(self, proposal=self.proposal.decide(verdict))
        if not decided.is_published:
            return decided
        refuse_backdated(self.effective, latest=latest, today=today)
        if self.base_version != _version(latest):
            raise PolicyOutdatedError(published=_version(latest))
        return replace(decided, policy_version=self.base_version + 1)


def refuse_backdated(effective: date, *, latest: Policy | None, today: date) -> None:
    """Refuse a first day that is not ahead; a district's first version may take effect at once.

    Versions never overtake each other: the newest is never in force before an older one.
    """
    if latest is not None and (effective <= today or effective < latest.effective):
        raise PolicyBackdatedError(effective=effective, today=today, latest=latest.effective)


def merged(values: Values, changes: Mapping[str, Mapping[str, object]]) -> Values:
    """Return values with changes on top, parameter by parameter."""
    return {group: {**named, **changes.get(group, {})} for group, named in values.items()}


def _flat(changes: Mapping[str, Mapping[str, object]]) -> Iterable[tuple[str, object]]:
    for group, named in changes.items():
        if not isinstance(named, Mapping):
            raise ParameterUnknownError(parameter=group)
        for name, value in named.items():
            yield f"{group}.{name}", value


def _refuse_contradictions(values: Values) -> None:
    """Refuse values that fit one by one and not together."""
    policy = typed(cast("Stored", values))
    low, high = policy.coef.min_percent, policy.coef.max_percent
    for code, percent in policy.coef.table.items():
        if not low <= percent <= high:
            raise ParameterOutOfBoundsError(parameter="coef.table", service=code, bounds={"min": low, "max": high})
    if policy.purchase.min_minutes_per_month > policy.purchase.max_minutes_per_month:
        raise ParameterOutOfBoundsError(parameter="purchase.min_minutes_per_month")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _version(latest: Policy | None) -> int:
    return latest.policy_version or 0 if latest else 0
