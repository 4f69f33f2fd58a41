"""What the closed words of welfare checks are called on a page."""

from __future__ import annotations

from libs.translation import message

ALARMS = {
    "welfare.waiting": message("Nobody has taken this step yet"),
    "welfare.taken": message("Being looked after"),
    "welfare.needs_help": message("HELP IS NEEDED"),
    "welfare.reached": message("Reached, and well: to be closed"),
    "welfare.unanswered": message("NOBODY HAS DONE ANYTHING: take it now"),
    "welfare.ended": message("This is over."),
    "rung.call": message("1 · call"),
    "rung.contact": message("2 · contact person"),
    "rung.door": message("3 · door"),
    "welfare_step.reached_well": message("reached, and well"),
    "welfare_step.needs_help": message("needs help"),
    "welfare_step.not_reached": message("not reached"),
    "welfare_step.not_taken": message("nobody took it in time"),
    "welfare_step.not_reported": message("nobody said in time what came of it"),
    "ending.well": message("reached, and well"),
    "ending.help_called": message("help was called"),
    "ending.emergency_120": message("120 was called"),
    "ending.false_alarm": message("false alarm"),
}
