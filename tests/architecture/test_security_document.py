"""docs/security.md: every threat names a test that exists, and no attack that is tried is left out."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
LINK = re.compile(r"\]\(\.\./([^)#\s]+\.py)\)")
ATTACKS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "attacks").glob("test_*.py"))
THREATS = [line for line in TEXT.splitlines() if re.match(r"\| [STRIDE] \|", line)]
FLOWS = sorted(set(re.findall(r"^### (F\d)", TEXT, re.MULTILINE)))


def test_every_test_that_is_named_exists_and_tests_something() -> None:
    for name in set(LINK.findall(TEXT)):
        assert re.search(r"^ *def test_", (ROOT / name).read_text("utf-8"), re.MULTILINE), name


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_has_an_answer_and_a_test(threat: str) -> None:
    _, _, _, answer, shown, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", threat))

    assert answer
    assert LINK.search(shown), threat


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_is_left_out(attack: str) -> None:
    assert attack in LINK.findall(TEXT)


def test_every_flow_of_the_picture_has_its_threats_and_all_six_kinds_are_thought_of() -> None:
    picture = TEXT.split("```mermaid")[1].split("```")[0]

    assert sorted(set(re.findall(r"\bF\d\b", picture))) == FLOWS
    assert {threat[2] for threat in THREATS} == set("STRIDE")
