"""What erasure refuses, and why, in two languages."""

from libs.errors import ConflictError


class OpenObligationsError(ConflictError):
    """Open orders or holds stand against it."""

    code = "open_obligations"
    zh = "尚有未了结的订单或冻结时间"
    en = "There are open orders or holds"


class CreditRemainingError(ConflictError):
    """There is credit, and nobody said that it goes to the pool."""

    code = "credit_remaining"
    zh = "尚有时间余额，须先转入公共时间池"
    en = "A person with credit is erased only when it is given to the pool"


class ErasureDeclinedError(ConflictError):
    """Another service has a reason of its own."""

    code = "erasure_declined"
    zh = "暂不能注销"
    en = "Something stands against ending the use of the data"
