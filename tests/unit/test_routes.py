"""A route that is compiled late writes the same addresses as one that is compiled at once."""

from __future__ import annotations

import pytest
from werkzeug.routing import BuildError, Map, Rule

from libs.http.routes import LazyRule

VALUES = (
    {"day": 7, "rule": "b c", "unknown": "x&y"},
    {"day": 7, "rule": "b"},
    {"day": 0, "rule": "北京", "page": [1, 2]},
)


def addresses(kind: type[Rule]) -> list[str]:
    """Return the addresses that routes of this kind write, asked twice each."""
    routes = Map([kind("/days/<int:day>/of/<string:rule>", endpoint="day"), kind("/", endpoint="start")])
    adapter = routes.bind("here.example")
    return [adapter.build("day", values) for values in VALUES * 2] + [adapter.build("start"), adapter.build("start")]


def test_a_late_route_writes_the_addresses_of_a_prompt_one() -> None:
    written = addresses(LazyRule)

    assert written == addresses(Rule)
    assert written[0] == "/days/7/of/b%20c?unknown=x%26y"


def test_a_late_route_is_compiled_at_its_first_use_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[bool] = []
    prompt = Rule._compile_builder

    def noted(rule: Rule, append_unknown: bool = True) -> object:
        compiled.append(append_unknown)
        return prompt(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noted)
    adapter = Map([LazyRule("/days/<int:day>", endpoint="day")]).bind("here.example")
    before = list(compiled)

    assert {adapter.build("day", {"day": day}) for day in (1, 2)} == {"/days/1", "/days/2"}

    assert (before, compiled) == ([], [True])


def test_a_late_route_refuses_what_a_prompt_one_refuses() -> None:
    adapter = Map([LazyRule("/days/<int:day>", endpoint="day")]).bind("here.example")

    with pytest.raises(BuildError):
        adapter.build("day", {})
