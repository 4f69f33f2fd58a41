"""What is refused of signatures, in two languages."""

from __future__ import annotations

from libs.errors import ForbiddenError, RuleError


class SelfApprovalError(ForbiddenError):
    """Approving, checking, deciding or reversing one's own hours."""

    code = "self_approval"
    zh = "不得审核自己的服务时间"
    en = "Nobody approves their own hours"


class ApproverRelatedError(ForbiddenError):
    """The approver is a relative or housemate of the volunteer or the recipient."""

    code = "approver_related"
    zh = "审核人与志愿者或服务对象有亲属或同户关系"
    en = "The approver is a relative or housemate of the volunteer or the recipient"


class SubmissionFlaggedError(RuleError):
    """Flagged submissions are approved one by one."""

    code = "submission_flagged"
    zh = "有风险标记，须逐单审核"
    en = "Flagged submissions are approved one by one"
