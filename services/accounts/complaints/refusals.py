"""What complaints refuses, and why, in two languages."""

from libs.errors import ConflictError


class ComplaintOpenError(ConflictError):
    """One complaint about the same waits for its answer at a time."""

    code = "complaint_open"
    zh = "同一事项的申诉尚待答复"
    en = "An earlier complaint about the same is still waiting for its answer"
