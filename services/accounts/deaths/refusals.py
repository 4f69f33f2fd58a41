"""What deaths refuses, and why, in two languages."""

from libs.errors import ConflictError


class EstateSettledError(ConflictError):
    """What the person left is with the heirs or in the pool: a mistake found now is for people to mend."""

    code = "estate_settled"
    zh = "遗留时间已处理，不能再更正死亡登记"
    en = "The estate is settled; this death can no longer be found mistaken here"
