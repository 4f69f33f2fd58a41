"""How well somebody fits an order: a few reasons, each with the weight that the district's policy gives it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from libs.programme.policy import Policy
from libs.translation import in_both, message

WHOLE_PERCENT = 100


class MatchReason(StrEnum):
    """Why somebody fits."""

    NEAR = "near"
    SERVED_BEFORE = "served_before"
    FREE_TIME = "free_time"
    FAIR_SHARE = "fair_share"
    LANGUAGE = "language"


WORDS = {
    MatchReason.NEAR: message("At most %(count)s metres away"),
    MatchReason.SERVED_BEFORE: message("Helped here %(count)s times before"),
    MatchReason.FREE_TIME: message("%(count)s minutes free that day"),
    MatchReason.FAIR_SHARE: message("Served %(count)s times of late"),
    MatchReason.LANGUAGE: message("%(count)s languages or dialects in common"),
}
UNKNOWN = {
    MatchReason.NEAR: message("Far away, or it is not said where"),
    MatchReason.LANGUAGE: message("It is not said what both speak"),
}


@dataclass(frozen=True)
class Shared:
    """Of how many of her languages and dialects a recipient finds a volunteer; 0 of 0 where one of both said none."""

    spoken: int = 0
    of: int = 0


def shared(volunteer: frozenset[str], recipient: frozenset[str]) -> Shared:
    """Return what a recipient and a volunteer have in common."""
    return Shared(len(volunteer & recipient), len(recipient)) if volunteer and recipient else Shared()


@dataclass(frozen=True)
class Fit:
    """What is known of a volunteer beside an order: how far, how often before, how busy."""

    distance_m: int | None
    helped_before: int
    served_lately: int
    day_minutes: int
    """Minutes of the order's day that the volunteer has taken already."""
    shared: Shared = Shared()


@dataclass(frozen=True)
class Weighed:
    """One reason: the weight that the policy gives it, how far it holds, and the points that follow."""

    reason: MatchReason
    weight: int
    percent: int
    count: int | None

    @property
    def points(self) -> int:
        """Return what the reason counts."""
        return self.weight * self.percent // WHOLE_PERCENT

    @property
    def zh(self) -> str:
        """Return the reason in Chinese."""
        return self._words["zh"]

    @property
    def en(self) -> str:
        """Return the reason in English."""
        return self._words["en"]

    @property
    def _words(self) -> dict[str, str]:
        english = UNKNOWN[self.reason] if self.count is None else WORDS[self.reason]
        return {name: text % {"count": self.count} for name, text in in_both(english, module=__name__).items()}


def weigh(policy: Policy, fit: Fit) -> tuple[Weighed, ...]:
    """Return each reason with its weight and how far it holds."""
    free = max(0, policy.plan.day_minutes_max - fit.day_minutes)
    return (
        Weighed(MatchReason.NEAR, policy.match.near_weight, _nearness(policy, fit.distance_m), fit.distance_m),
        Weighed(
            MatchReason.SERVED_BEFORE,
            policy.match.served_before_weight,
            WHOLE_PERCENT if fit.helped_before else 0,
            fit.helped_before,
        ),
        Weighed(MatchReason.FREE_TIME, policy.match.free_time_weight, _share(free, policy.plan.day_minutes_max), free),
        Weighed(
            MatchReason.FAIR_SHARE,
            policy.match.fair_share_weight,
            _share(policy.match.fair_share_orders - fit.served_lately, policy.match.fair_share_orders),
            fit.served_lately,
        ),
        Weighed(
            MatchReason.LANGUAGE,
            policy.match.language_weight,
            _share(fit.shared.spoken, fit.shared.of),
            fit.shared.spoken if fit.shared.of else None,
        ),
    )


def points_of(reasons: tuple[Weighed, ...]) -> int:
    """Return what the reasons count together."""
    return sum(reason.points for reason in reasons)


def _nearness(policy: Policy, distance_m: int | None) -> int:
    far = policy.match.far_metres
    return 0 if distance_m is None else _share(far - distance_m, far)


def _share(part: int, whole: int) -> int:
    """Return a part of a whole in percent, 0 where there is none."""
    return WHOLE_PERCENT * max(0, part) // whole if whole > 0 else 0
