"""No GET of the API ignores a word of its query: whatever it does not know is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from libs.http.queries import refuse_unknown_words
from libs.ids import new_id

WORD = "no_such_word"
READING_MIN = 60


def test_every_get_refuses_a_word_that_it_does_not_know(apis: dict[str, Flask]) -> None:
    refused = {f"{name} {rule.rule}": refusal_of(app, rule) for name, app in apis.items() for rule in reading(app)}

    assert len(refused) > READING_MIN
    assert {path: said for path, said in refused.items() if said != (422, ["Unknown field."])} == {}


def reading(app: Flask) -> Iterator[Rule]:
    """Yield each path that is read."""
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        if hasattr(view, "get"):
            yield rule


def refusal_of(app: Flask, rule: Rule) -> tuple[int | None, object]:
    """Return how an unknown word is refused, and what is said of it; who asks is not looked at."""
    values = {name: _value(rule, name) for name in rule.arguments}
    with app.test_request_context():
        path = app.url_map.bind("").build(rule.endpoint, values, method="GET")
    with app.test_request_context(f"{path}?{WORD}=1"):
        try:
            refuse_unknown_words()
            app.dispatch_request()
        except HTTPException as error:
            return error.code, getattr(error, "data", {}).get("messages", {}).get("query", {}).get(WORD)
    return None, None


def _value(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    if isinstance(converter, IntegerConverter):
        return 0
    return str(new_id())
