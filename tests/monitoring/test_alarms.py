"""Each alarm is told at its moment and not before, knows only metrics there are, and has its page in the manual."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from services.operator.commands import main as timebank
from tests.architecture.tree import ROOT
from tests.monitoring import generate
from tests.monitoring.alarms import Case, as_promtool_tests, cases, played, rules
from tests.monitoring.promql import NAME, Expression, Moment, Series, UnknownSyntaxError

RULES = {rule.name: rule for rule in rules()}
MANUAL = (ROOT / "docs" / "alarms.md").read_text("utf-8")
PROMTOOL = shutil.which("promtool")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.alarm)
def test_an_alarm_is_told_at_its_moment_not_before_and_no_longer(case: Case) -> None:
    alerts = played(RULES[case.alarm], case)

    assert [at for at, labels in alerts.items() if labels and (case.fires is None or at < case.fires)] == []
    if case.fires is not None:
        assert alerts[case.fires] == [case.labels]
    if case.over is not None:
        assert alerts[case.over] == []


def test_every_alarm_has_a_case_and_one_name() -> None:
    assert {case.alarm for case in cases() if case.fires is not None} == set(RULES)
    assert len(rules()) == len(RULES)


if PROMTOOL is not None:  # In Debian it comes with `prometheus`; without it our own evaluator is alone.

    def test_promtool_says_the_same(tmp_path: Path) -> None:
        files = []
        for number, content in enumerate(as_promtool_tests(RULES, cases())):
            files.append(tmp_path / f"{number}.yml")
            files[-1].write_text(yaml.safe_dump(content))

        command = [str(PROMTOOL), "test", "rules", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_generated_is_what_its_source_gives() -> None:
    for path, content in generate.written().items():
        assert path.read_text("utf-8") == content, f"{path.relative_to(ROOT)}: make monitoring"
    listed = yaml.safe_load((ROOT / "k8s/monitoring/kustomization.yaml").read_text("utf-8"))["resources"]
    assert {path.name for path in generate.written() if path.parent == generate.CLUSTER} < set(listed)


def test_every_alarm_leads_to_its_section_of_the_manual_and_every_section_is_of_one() -> None:
    sections = re.findall(r"^## (\w+)$", MANUAL, re.MULTILINE)

    assert sorted(sections) == sorted(RULES)
    for rule in RULES.values():
        assert rule.annotations["page"] == f"docs/alarms.md#{rule.name.lower()}"
        assert rule.annotations["summary"].endswith(".")
        assert rule.labels["severity"] in ("critical", "warning")


@pytest.mark.parametrize("name", RULES)
def test_a_section_says_what_it_means_what_to_do_and_when_it_is_over(name: str) -> None:
    section = MANUAL.split(f"\n## {name}\n")[1].split("\n## ")[0]

    assert len(section.split()) >= 15
    assert "*Over*" in section or "As above" in section or "As [" in section


def test_every_command_that_the_manual_names_is_one() -> None:
    named = set(re.findall(r"`?timebank ([a-z-]+(?: [a-z-]+)?)", MANUAL.replace("\ntimebank", "\n`timebank")))

    for words in named:
        command = timebank
        for word in words.split():
            commands = getattr(command, "commands", {})
            if not commands:
                break
            assert word in commands, words
            command = commands[word]


@pytest.mark.parametrize(
    "text",
    [
        "rate(a[5m] offset 1h)",
        "quantile_over_time(0.9, a[5m])",
        "a[5m]",
        "a > bool 1",
        "a and b",
        "sum without (x) (a)",
        "a * on (x) b",
        "rate(a)",
        "rate(a[5m])[1h:]",
        "absent(sum(a))",
        "1 > 2",
        "a >",
        "(a",
        "a{b='c'}",
        "7",
    ],
)
def test_what_the_evaluator_does_not_know_it_refuses(text: str) -> None:
    with pytest.raises(UnknownSyntaxError):
        Expression(text).vector(Moment([Series(frozenset({(NAME, "a")}), [(0, 1), (60, 2)])], 60))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", 40.0),
        ("a - 10 * 2", 20.0),
        ("(a - 10) * 2", 60.0),
        ("100 / a", 2.5),
        ("time() - a", 200.0),
        ("rate(a[2m])", 10 / 60),
        ("increase(a[4m])", 40.0),
        ("predict_linear(a[4m], 60)", 50.0),
        ('sum by (x) (a{x=~"o.e",y!="z"})', 40.0),
        ("max(a)", 40.0),
    ],
)
def test_the_evaluator_computes_as_prometheus_does(text: str, value: float) -> None:
    labels = frozenset({(NAME, "a"), ("x", "one")})
    points = [(minute * 60.0, minute * 10.0) for minute in range(5)]

    [result] = Expression(text).vector(Moment([Series(labels, points)], 240.0)).values()

    assert result == pytest.approx(value)


def test_a_counter_that_began_anew_has_only_grown() -> None:
    labels = frozenset({(NAME, "a")})
    points = [(0.0, 100.0), (60.0, 110.0), (120.0, 5.0), (180.0, 15.0)]

    [result] = Expression("increase(a[3m])").vector(Moment([Series(labels, points)], 180.0)).values()

    assert 15 <= result <= 25
