"""What the words that a parameter of the rules may hold are called, where they are no words of an order or a person."""

from __future__ import annotations

from libs.translation import message

RULES = {
    "rule.floor": message("remainders are dropped"),
    "rule.public_pool": message("the public pool"),
    "rule.none": message("none"),
    "rule.guardian_accompanied": message("with a guardian"),
    "rule.group_only": message("in a group only"),
    "rule.volunteer": message("the volunteer"),
    "rule.direct_relatives": message("direct relatives"),
    "rule.relatives_and_friends": message("relatives and friends"),
    "rule.nanjing": message("by the rule of Nanjing"),
    "rule.pool": message("the public pool"),
    "rule.hardship_group": message("people in hardship"),
    "rule.nonprofit": message("non-profit organisations"),
    "rule.never": message("never"),
    "rule.false_hours": message("hours that were not served"),
    "rule.duplicate": message("entered twice"),
    "rule.dispute": message("a dispute"),
    "rule.recording_error": message("a mistake in recording"),
    "rule.freeze_then_heir_or_pool": message("frozen, then to a relative or the pool"),
    "rule.keep_record": message("they stay"),
    "rule.refer": message("to purchased or market services"),
    "rule.wait": message("wait until it begins"),
    "rule.reverse_suspend_report": message("taken back, suspended, reported"),
    "rule.risky": message("services at a risk"),
    "rule.over_one_month": message("service for more than a month"),
    "rule.on_request": message("when somebody asks for it"),
    "rule.unlink_identity": message("the identity is removed"),
    "rule.health": message("health"),
    "rule.location": message("place"),
    "rule.hardship": message("hardship"),
    "rule.child": message("data of a minor"),
    "rule.disclosure": message("being shown to others"),
}
