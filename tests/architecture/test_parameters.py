"""Every parameter of the policy is read by a rule, or its list says why none reads it."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator

from libs.programme.generate_policy import PARAMETER_LIST
from libs.programme.policy.parameters import Parameters
from libs.yaml_files import read_yaml
from tests.architecture.tree import Source, python_sources


def read_parameters(source: Source) -> Iterator[str]:
    """Name each parameter that a file reads: `policy.<group>.<name>` of something called policy."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr=name, value=ast.Attribute(attr=group, value=policy)) if _is_policy(policy):
                yield f"{group}.{name}"


def _is_policy(node: ast.expr) -> bool:
    """Tell whether an expression is a policy by its name, or what a function called policy returns."""
    called = node.func if isinstance(node, ast.Call) else node
    return any(word == "policy" for word in getattr(called, "id", getattr(called, "attr", "")).split("_"))


def _listed() -> dict[str, bool]:
    groups = read_yaml(PARAMETER_LIST)["parameters"]
    return {f"{group}.{name}": "informative" in one for group, named in groups.items() for name, one in named.items()}


def _read_by_services() -> set[str]:
    rules = (source for source in python_sources() if source.path.startswith("services/"))
    return {name for source in rules if "/tests/" not in source.path for name in read_parameters(source)}


def test_every_parameter_is_read_or_says_why_not() -> None:
    read, listed = _read_by_services(), _listed()

    assert len(listed) > 100
    assert {name for name, is_informative in listed.items() if not is_informative} - read == set()


def test_what_is_called_informative_is_read_by_nothing() -> None:
    assert {name for name, is_informative in _listed().items() if is_informative} & _read_by_services() == set()


def test_the_list_and_the_types_name_the_same_parameters() -> None:
    groups = dataclasses.asdict(Parameters())

    assert {f"{group}.{name}" for group, named in groups.items() for name in named} == set(_listed())


def test_a_parameter_that_is_read_is_found() -> None:
    lines = "taking.home_policy.earn.min_age\npolicy_on(c, d, t).time.step\npolicy.version\nrow.earn.max_age"

    assert set(read_parameters(Source("planted.py", lines))) == {"earn.min_age", "time.step"}
