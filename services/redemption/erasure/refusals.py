"""What stands against an erasure."""

from libs.errors import RuleError


class OpenObligationsError(RuleError):
    """Something is still open."""

    code = "open_obligations"
    zh = "还有未完成的申请或冻结"
    en = "There are open requests or holds"
