"""What estates refuse: one class per rule, with its stable code."""

from libs.errors import ConflictError, RuleError


class PersonNotDeceasedError(ConflictError):
    """An estate is settled after a death only."""

    code = "person_not_deceased"
    zh = "此人未登记去世"
    en = "No death is recorded for this person"


class HeirNotEligibleError(RuleError):
    """Not a verified relative of the age asked for."""

    code = "heir_not_eligible"
    zh = "承接人不是已核实的亲属或年龄不足"
    en = "Not a verified relative of the age the policy asks for"
