"""Plays an alarm against what was read: the rules, the cases that are tested, and when an alarm is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.architecture.tree import ROOT
from tests.monitoring.promql import NAME, Expression, Labels, Moment, Series, seconds_of

RULES = ROOT / "docker" / "prometheus" / "rules.yml"
CASES = ROOT / "tests" / "monitoring" / "cases.yml"
_VALUE = re.compile(r"(?P<nothing>_)|(?P<first>-?\d+)(?P<step>[+-]\d+)?")


@dataclass(frozen=True)
class Rule:
    """One alarm."""

    name: str
    expression: Expression
    for_seconds: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """What was read, and from when to when an alarm is told of it; at `fires` for the first time, if ever."""

    alarm: str
    series: Mapping[str, str]
    every: float
    fires: float | None
    end: float
    over: float | None
    labels: Mapping[str, str]


def rules() -> list[Rule]:
    """Return every alarm."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [_rule(rule) for group in groups for rule in group["rules"]]


def cases() -> list[Case]:
    """Return every case."""
    return [_case(case) for case in yaml.load(CASES.read_text("utf-8"), yaml.BaseLoader)]


def played(rule: Rule, case: Case) -> dict[float, list[dict[str, str]]]:
    """Return the labels with which an alarm is told at each instant of a case."""
    series = [Series(_labels(name), list(_points(values, case.every))) for name, values in case.series.items()]
    since: dict[Labels, float] = {}
    alerts: dict[float, list[dict[str, str]]] = {}
    instant = 0.0
    while instant <= (case.over or case.end):
        true = {
            frozenset((k, v) for k, v in labels if k != NAME)
            for labels in rule.expression.vector(Moment(series, instant))
        }
        since = {labels: since.get(labels, instant) for labels in true}
        alerts[instant] = [dict(labels) for labels, begun in since.items() if instant - begun >= rule.for_seconds]
        instant += case.every
    return alerts


def as_promtool_tests(all_rules: Mapping[str, Rule], all_cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return the cases in the form that `promtool test rules` reads: a file for those that are looked at as often."""
    return [
        {
            "rule_files": [str(RULES)],
            "evaluation_interval": f"{every:.0f}s",
            "tests": [_promtool_test(all_rules[case.alarm], case) for case in all_cases if case.every == every],
        }
        for every in sorted({case.every for case in all_cases})
    ]


def _promtool_test(rule: Rule, case: Case) -> dict[str, Any]:
    quiet = [case.end if case.fires is None else case.fires - case.every, case.over]
    expected: list[tuple[float, list[Any]]] = [(at, []) for at in quiet if at is not None]
    if case.fires is not None:
        annotations = {name: _filled(text, case.labels) for name, text in rule.annotations.items()}
        expected.append((case.fires, [{"exp_labels": {**case.labels, **rule.labels}, "exp_annotations": annotations}]))
    return {
        "interval": f"{case.every:.0f}s",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "alert_rule_test": [
            {"eval_time": f"{at:.0f}s", "alertname": case.alarm, "exp_alerts": alerts} for at, alerts in expected
        ],
    }


def _filled(text: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda label: labels[label.group(1)], text)


def _rule(rule: Mapping[str, Any]) -> Rule:
    fields = {"alert", "expr", "for", "labels", "annotations"}
    assert set(rule) <= fields, f"{rule['alert']} has fields that this test does not know"
    wait = seconds_of(rule["for"]) if "for" in rule else 0.0
    return Rule(rule["alert"], Expression(rule["expr"]), wait, rule["labels"], rule["annotations"])


def _case(case: Mapping[str, Any]) -> Case:
    times = {name: seconds_of(case[name]) if name in case else None for name in ("fires", "never", "over")}
    assert (times["fires"] is None) is not (times["never"] is None), "a case says when, or never"
    return Case(
        alarm=case["alarm"],
        series=case["series"],
        every=seconds_of(case.get("every", "1m")),
        fires=times["fires"],
        end=times["fires"] or times["never"] or 0.0,
        over=times["over"],
        labels=case.get("labels", {}),
    )


def _labels(name: str) -> Labels:
    parts = re.fullmatch(r"(\w+)(?:\{(.*)\})?", name)
    assert parts, name
    pairs = re.findall(r'(\w+)="([^"]*)"', parts.group(2) or "")
    return frozenset([(NAME, parts.group(1)), *pairs])


def _points(values: str, every: float) -> Iterator[tuple[float, float]]:
    number = 0
    for token in values.split():
        text, _, times = token.partition("x")
        value = _VALUE.fullmatch(text)
        assert value, token
        # Nothing is repeated as often as it says, a value once more: as promtool has it.
        for repeat in range(int(times or (1 if value["nothing"] else 0)) + (0 if value["nothing"] else 1)):
            if not value["nothing"]:
                yield number * every, float(value["first"]) + repeat * float(value["step"] or 0)
            number += 1
