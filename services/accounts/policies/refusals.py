"""What policies refuses, and why, in two languages."""

from collections.abc import Mapping
from datetime import date

from libs.errors import ConflictError, RuleError


class PolicyOutdatedError(ConflictError):
    """Another version was published since; propose it again."""

    published: int


class ParameterFixedError(RuleError):
    """This parameter may not be changed by anyone."""

    parameter: str


class ParameterOutOfBoundsError(RuleError):
    """The value is outside the parameter's bounds."""

    parameter: str
    value_type: str | None = None
    bounds: Mapping[str, object] | str | None = None
    service: str | None = None


class ParameterUnknownError(RuleError):
    """There is no such parameter."""

    parameter: str


class PresetUnknownError(RuleError):
    """There is no such preset."""

    preset: str


class PolicyBackdatedError(RuleError):
    """A policy takes effect on a later day than today, and not before the version published last."""

    effective: date
    today: date
    latest: date
