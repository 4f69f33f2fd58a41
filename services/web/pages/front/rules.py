"""The rules of a district in plain words, made from the policy in force: a sentence per rule, its number inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from libs.translation import message
from services.web.kit.formats import write_minutes, write_number
from services.web.kit.i18n import say
from services.web.kit.labels import label
from services.web.kit.words_of_rules import label_of_rule

Parameters = dict[str, Any]
FORBIDDEN = b"\xe9\x93\xb6\xe8\xa1\x8c".decode()
NOT_SHOWN = ("programme.display_name", "programme.unit_name")
"""What the programme is called stands on every page; how it may not be called is said to who names it."""


@dataclass(frozen=True)
class Section:
    """Some sentences under one heading."""

    title: str
    sentences: list[str]


@dataclass(frozen=True)
class Row:
    """One parameter as the full table shows it."""

    name: str
    words: str
    value: str
    source: str


def sections_of(parameters: Parameters) -> list[Section]:
    """Return the rules that most people ask about."""
    read = _Reader(parameters)
    return [
        Section(message("Saving time"), _kept(_saving(read))),
        Section(message("Using time"), _kept(_using(read))),
        Section(message("At the door and afterwards"), _kept(_serving(read))),
        Section(message("What can never happen"), _kept(_never(read))),
    ]


def table_of(parameters: Parameters, described: list[dict[str, Any]], *, is_chinese: bool) -> list[Row]:
    """Return every parameter with its value and where it comes from."""
    rows = []
    for parameter in (row for row in described if row["name"] not in NOT_SHOWN):
        value = _Reader(parameters).value(parameter["name"])
        rows.append(
            Row(
                parameter["name"],
                parameter["zh" if is_chinese else "en"],
                _shown(value, parameter["unit"]),
                _source(parameter),
            )
        )
    return rows


def _source(parameter: dict[str, Any]) -> str:
    """Return where a number comes from; nothing the public reads holds the word that regulators forbid."""
    source = str(parameter["source"])
    return "" if FORBIDDEN in source else source


@dataclass(frozen=True)
class Difference:
    """One rule that was otherwise in the version before."""

    name: str
    words: str
    before: str
    now: str


def differences_of(
    before: Parameters, now: Parameters, described: list[dict[str, Any]], *, is_chinese: bool
) -> list[Difference]:
    """Return what a version changed, in the words and units of the table of all rules."""
    was, has = ({row.name: row for row in table_of(rules, described, is_chinese=is_chinese)} for rules in (before, now))
    return [
        Difference(name, row.words, was[name].value, row.value)
        for name, row in has.items()
        if _Reader(before).value(name) != _Reader(now).value(name)
    ]


class _Reader:
    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def value(self, name: str) -> Any:
        value: Any = self._parameters
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def minutes(self, name: str) -> str:
        value = self.value(name)
        return write_minutes(int(value)) if value else ""

    def number(self, name: str) -> str:
        value = self.value(name)
        return write_number(int(value)) if value is not None else ""


def _saving(read: _Reader) -> list[str]:
    return [
        say("Who is %(age)s or older may help.", age=read.number("earn.min_age")),
        say("Training comes first.") if read.value("earn.requires_training") else "",
        say(
            "Time is counted in steps of %(step)s, rounded down; less than %(least)s does not count as credit. "
            "The minutes served are kept as they were.",
            step=read.minutes("time.rounding_step_minutes"),
            least=read.minutes("time.min_countable_minutes"),
        )
        if read.value("time.rounding_step_minutes")
        else "",
        say("At most %(minutes)s a day become credit.", minutes=read.minutes("earn.daily_cap_minutes"))
        if read.value("earn.daily_cap_minutes")
        else say(
            "There is no daily limit; from %(minutes)s a day somebody looks twice.",
            minutes=read.minutes("earn.hard_daily_max_minutes"),
        ),
        say(
            "At most %(minutes)s are kept; what exceeds that goes to the public pool.",
            minutes=read.minutes("earn.balance_cap_minutes"),
        )
        if read.value("earn.balance_cap_minutes")
        else "",
        say("Saved time never expires.") if read.value("credit.expiry") == "never" else "",
    ]


def _using(read: _Reader) -> list[str]:
    week = read.minutes("redeem.max_minutes_per_week")
    gift = read.minutes("transfer.gift_monthly_cap_minutes")
    return [
        say(
            "Who is %(age)s or older may use saved time; with hardship from %(hardship)s.",
            age=read.number("redeem.min_age"),
            hardship=read.number("redeem.hardship_age"),
        ),
        say("At most %(minutes)s of help a week are paid with credit.", minutes=week) if week else "",
        say("Time can be given to one's parents and other direct relatives, at most %(minutes)s a month.", minutes=gift)
        if read.value("transfer.gift_enabled") and gift
        else say("Time cannot be given to others."),
        say("It counts in other districts of the city too.") if read.value("cross_district.enabled") else "",
        say("Each key elder is granted %(minutes)s a month.", minutes=read.minutes("grant.key_elder_monthly_minutes"))
        if read.value("grant.key_elder_monthly_minutes")
        else "",
        say(
            "If nobody is found within %(hours)s hours, the community is told and looks for another way.",
            hours=read.number("fallback.no_taker_hours"),
        ),
    ]


def _serving(read: _Reader) -> list[str]:
    return [
        say(
            "The volunteer checks in from %(early)s minutes before to %(late)s minutes after the start.",
            early=read.number("check_in.early_minutes"),
            late=read.number("check_in.late_minutes"),
        ),
        say("Calling off is free until %(hours)s hours before.", hours=read.number("cancel.free_before_hours")),
        say(
            "The recipient confirms within %(hours)s hours; who does not is called.",
            hours=read.number("confirm.auto_after_hours"),
        ),
        say(
            "Whoever disagrees says so within %(window)s days and gets a decision within %(days)s days;"
            " without one, what both sides say counts.",
            window=read.number("dispute.window_days"),
            days=read.number("dispute.decide_days"),
        ),
        say(
            "%(percent)s in a hundred approvals are drawn at random and looked at twice.",
            percent=read.number("review.sample_rate_percent"),
        )
        if read.value("review.sample_rate_percent")
        else "",
    ]


def _never(read: _Reader) -> list[str]:
    credit = read.value("credit") or {}
    return [
        say("Time is never bought, sold or paid out in money.")
        if not (credit.get("cash_in") or credit.get("cash_out"))
        else "",
        say("It bears no interest and cannot be overdrawn.")
        if not (credit.get("interest") or credit.get("overdraft_minutes"))
        else "",
        say("Nobody approves their own hours, or those of relatives.")
        if read.value("earn.related_party_block")
        else "",
        say("No line of the books is ever changed; a mistake is corrected by an opposite line, signed by two."),
    ]


def _kept(sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if sentence]


def _shown(value: Any, unit: str) -> str:
    if value is None or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int):
        return write_minutes(value) if unit == "minutes" else _with_unit(value, unit)
    if isinstance(value, list):
        return " · ".join(
            " + ".join(map(label_of_rule, part)) if isinstance(part, list) else label_of_rule(part) for part in value
        )
    if isinstance(value, dict):
        return " · ".join(f"{label_of_rule(key)} {part}" for key, part in value.items())
    return label_of_rule(value)


def _with_unit(value: int, unit: str) -> str:
    if unit == "percent":
        return f"{write_number(value)}%"
    return f"{write_number(value)} {label(f'unit.{unit}')}".strip()
