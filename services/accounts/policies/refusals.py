"""What policies refuses, and why, in two languages."""

from libs.errors import ConflictError, RuleError


class PolicyOutdatedError(ConflictError):
    """Another version was published since; propose it again."""


class ParameterFixedError(RuleError):
    """This parameter may not be changed by anyone."""


class ParameterOutOfBoundsError(RuleError):
    """The value is outside the parameter's bounds."""


class ParameterUnknownError(RuleError):
    """There is no such parameter."""


class PresetUnknownError(RuleError):
    """There is no such preset."""


class PolicyBackdatedError(RuleError):
    """A policy takes effect on a later day than today, and not before the version published last."""
