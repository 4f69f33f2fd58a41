"""Every refusal that the scenarios name exists in a service, and every refusal speaks both languages."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

import pytest

from libs.errors import Refusal
from libs.http.problems import RESERVED
from tests.architecture.tree import ROOT, python_sources

SCENARIO_README = ROOT / "tests" / "scenarios" / "cases" / "README.md"
_CODE_ROW = re.compile(r"^\| `([a-z_]+)` \|")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _refusals() -> list[type[Refusal]]:
    for source in python_sources():
        if source.path.endswith(("errors.py", "/refusals.py")) and "/tests/" not in source.path:
            importlib.import_module(source.path.removesuffix(".py").replace("/", "."))
    importlib.import_module("libs.http.commands")
    importlib.import_module("libs.http.pages")
    return list(_below(Refusal))


def _below(kind: type[Refusal]) -> list[type[Refusal]]:
    return [refusal for child in kind.__subclasses__() for refusal in (child, *_below(child))]


def _codes_of_the_scenarios() -> set[str]:
    text = SCENARIO_README.read_text("utf-8").split("### Refusal codes", 1)[1].split("###", 1)[0]
    rows = (_CODE_ROW.match(line) for line in text.splitlines())
    return {row[1] for row in rows if row} - {"code"}


def test_every_code_of_the_scenarios_is_a_refusal_of_some_service() -> None:
    known = {refusal.code for refusal in _refusals()}

    wanted = _codes_of_the_scenarios()

    assert len(wanted) > 40
    assert wanted - known == set()


@pytest.mark.parametrize("refusal", _refusals(), ids=lambda refusal: f"{refusal.__module__}.{refusal.__name__}")
def test_a_refusal_has_a_code_and_a_text_in_both_languages(refusal: type[Refusal]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", refusal.code)
    assert _CHINESE.search(refusal.zh)
    assert re.search("[A-Za-z]{3}", refusal.en)
    assert not _CHINESE.search(refusal.en.replace("银行", ""))  # The one word that the law is about.


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
