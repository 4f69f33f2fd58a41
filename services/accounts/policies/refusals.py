"""What policies refuses, and why, in two languages."""

from libs.errors import ConflictError, RuleError


class PolicyOutdatedError(ConflictError):
    """Another version was published since this one was proposed."""

    code = "policy_outdated"
    zh = "提交后已有新版本规则，请重新提交"
    en = "Another version was published since; propose it again"


class ParameterFixedError(RuleError):
    """Nobody may change this parameter."""

    code = "parameter_fixed"
    zh = "该参数不得更改"
    en = "This parameter may not be changed by anyone"


class ParameterOutOfBoundsError(RuleError):
    """The value is of another type, or outside the parameter's bounds."""

    code = "parameter_out_of_bounds"
    zh = "参数超出允许范围"
    en = "The value is outside the parameter's bounds"


class ParameterUnknownError(RuleError):
    """No parameter has this name."""

    code = "parameter_unknown"
    zh = "没有该参数"
    en = "There is no such parameter"


class PresetUnknownError(RuleError):
    """No preset has this name."""

    code = "preset_unknown"
    zh = "没有该预设规则"
    en = "There is no such preset"


class PolicyBackdatedError(RuleError):
    """Rules never change backwards."""

    code = "policy_backdated"
    zh = "规则须自次日或以后生效，且不得早于已发布的版本"
    en = "A policy takes effect on a later day than today, and not before the version published last"
