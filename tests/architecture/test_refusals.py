"""Every refusal that the scenarios name exists in a service, and every refusal speaks both languages."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from libs.errors import Refusal, RuleError
from libs.http.problems import RESERVED
from libs.translation import in_chinese
from tests.architecture.messages import catalogue, marked, refusals, texts
from tests.architecture.tree import ROOT, Source, python_sources

SCENARIO_README = ROOT / "tests" / "scenarios" / "cases" / "README.md"
_CODE_ROW = re.compile(r"^\| `([a-z_]+)` \|")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _codes_of_the_scenarios() -> set[str]:
    text = SCENARIO_README.read_text("utf-8").split("### Refusal codes", 1)[1].split("###", 1)[0]
    rows = (_CODE_ROW.match(line) for line in text.splitlines())
    return {row[1] for row in rows if row} - {"code"}


def test_every_code_of_the_scenarios_is_a_refusal_of_some_service() -> None:
    known = {refusal.code for refusal in refusals()}

    wanted = _codes_of_the_scenarios()

    assert len(wanted) > 40
    assert wanted - known == set()


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: f"{refusal.home}.{refusal.__name__}")
def test_a_refusal_has_a_code_and_a_text_in_both_languages(refusal: type[Refusal]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", refusal.code)
    assert re.search("[A-Za-z]{3}", refusal.english)
    assert not _CHINESE.search(refusal.english.replace("银行", ""))  # The one word that the law is about.
    assert _CHINESE.search(in_chinese(refusal.english, module=refusal.home))


def test_a_code_has_one_class_and_with_it_one_status_and_one_text() -> None:
    classes = Counter(refusal.code for refusal in refusals())

    assert len(classes) > 150
    assert [code for code, times in classes.items() if times > 1] == []


def test_a_code_is_the_name_of_its_class_and_the_text_its_first_line() -> None:
    class DoorCodeTornError(RuleError):
        """The paper with the door code is torn.

        Not a rule of anybody.
        """

    assert (DoorCodeTornError.code, DoorCodeTornError.english) == (
        "door_code_torn",
        "The paper with the door code is torn",
    )


@pytest.mark.parametrize("package", sorted(texts()))
def test_nothing_that_is_said_to_people_is_untranslated_and_nothing_else_is_kept(package: str) -> None:
    kept = catalogue(package)

    assert set(kept) == texts()[package], "run `make messages`"
    assert [english for english, chinese in kept.items() if not _CHINESE.search(chinese)] == []


def test_a_text_that_is_marked_is_found() -> None:
    planted = Source("services/orders/planted.py", 'WORDS = {"one_hand": message("One person spoke for both sides")}')

    assert list(marked(planted)) == ["One person spoke for both sides"]


def _reserved_fields(path: str, text: str) -> Iterator[str]:
    """Name each refusal that is given a field which a problem says of itself."""
    for node in ast.walk(ast.parse(text)):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and (name.endswith("Error") or name == "declined"):
            yield from (f"{path}:{node.lineno} {key.arg}" for key in node.keywords if key.arg in RESERVED)


def test_no_refusal_has_a_field_that_a_problem_says_of_itself() -> None:
    ours = [source for source in python_sources() if source.path.startswith(("services/", "libs/"))]

    found = [line for source in ours for line in _reserved_fields(source.path, source.text)]

    assert len(ours) > 100
    assert found == []


def test_a_reserved_field_would_be_found() -> None:
    assert list(_reserved_fields("x.py", "raise WrongStateError(state=1, status=2)")) == ["x.py:1 status"]
