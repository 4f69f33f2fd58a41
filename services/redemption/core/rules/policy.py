"""Services of the catalogue, what help costs, and whom a choice of the policy covers."""

from dataclasses import dataclass
from datetime import date

from libs.programme.policy import Policy
from libs.programme.words import DIRECT_KINSHIP, Funding, Grade

CREDIT, PURCHASED = Funding.CREDIT.value, Funding.PURCHASED.value


HUNDRED_PERCENT = 100


@dataclass(frozen=True)
class Service:
    """An item of the catalogue."""

    code: str
    version: int
    effective: date
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: tuple[str, ...]
    max_grade: str

    def bars(self, grade: str) -> bool:
        """Tell whether volunteers may not serve someone of this ability grade."""
        return bool(self.max_grade) and Grade(grade or Grade.INTACT).is_worse_than(Grade(self.max_grade))


def price_minutes(*, minutes: int, coefficient_percent: int, persons: int) -> int:
    """Return what help of so many minutes costs."""
    return minutes * coefficient_percent // HUNDRED_PERCENT * persons


def coefficient_percent(policy: Policy, service: Service) -> int:
    """Return the price of a minute of this service, fixed when help is asked for."""
    return policy.coefficient_percent(service.code, listed_percent=service.coefficient_percent)


def scope_names(scope: str, kind: str) -> bool:
    """Tell whether a choice such as `direct_relatives` covers a relation of this kind."""
    return scope == "relatives_and_friends" or (scope == "direct_relatives" and kind in DIRECT_KINSHIP)
