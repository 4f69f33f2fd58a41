"""What more than one feature refuses, and what a request is answered with that was declined elsewhere."""

from libs.errors import ConflictError, Refusal, RuleError


class MinHoursNotServedError(RuleError):
    """The payer has not yet served the hours that the policy asks for."""

    served_minutes: int
    min_minutes: int


class DeclinedError(RuleError):
    """The request was declined."""


def declined(code: str, **fields: object) -> Refusal:
    """Return the refusal that a declined request is answered with, whoever declined it."""
    ours = next((kind for kind in _known_refusals() if kind.code == code), None)
    refusal = ours(**fields) if ours else DeclinedError(**fields)
    refusal.code = code  # type: ignore[misc]  # a code of another service is passed on as it came
    return refusal


def _known_refusals() -> list[type[Refusal]]:
    """Return the rules of all features, and those that services share; all are there once the service is composed."""
    kinds = (*RuleError.__subclasses__(), *ConflictError.__subclasses__())
    return [kind for kind in kinds if kind.home.startswith(("services.redemption.", "libs.programme."))]
