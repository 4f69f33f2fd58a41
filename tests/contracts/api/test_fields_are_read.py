"""No request has a field that nothing reads: what a caller says is heard, or refused, and never dropped in silence.

For every operation the source of its view is followed: which names are read of the mapping that the schema gave, there
and in the functions that it is handed to.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields

from libs.http import run_command
from tests.support.apis import request_schemas

DEPTH_MAX = 6
OPERATIONS_MIN = 70
ONLY_FINGERPRINTS: tuple[Callable[..., Any], ...] = (run_command,)
"""They are handed all terms to know them again, and read none."""


class Reads:
    """The names that a function, and those it calls, read of one of its parameters."""

    def __init__(self, view: type | None = None) -> None:
        self._view = view
        self.names: set[str] = set()
        self._seen: set[tuple[str, str]] = set()

    def follow(self, function: Callable[..., Any], parameter: str, depth: int = 0) -> None:
        """Add what `function` reads of `parameter`."""
        known = f"{function.__module__}.{function.__qualname__}", parameter
        if known in self._seen or depth > DEPTH_MAX:
            return
        self._seen.add(known)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        aliases = {parameter} | _copies(tree, parameter)
        for node in ast.walk(tree):
            self._read(node, aliases)
            if isinstance(node, ast.Call):
                self._follow_call(node, aliases, function, depth)

    def _read(self, node: ast.AST, aliases: set[str]) -> None:
        if isinstance(node, ast.Subscript) and _is(node.value, aliases):
            self._add(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is(node.func.value, aliases):
            if node.func.attr in ("get", "pop") and node.args:
                self._add(node.args[0])
        elif isinstance(node, ast.Compare) and any(_is(one, aliases) for one in node.comparators):
            self._add(node.left)
        elif isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Tuple | ast.List):
            for one in node.iter.elts:
                self._add(one)

    def _add(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.names.add(node.value)

    def _follow_call(self, node: ast.Call, aliases: set[str], function: Callable[..., Any], depth: int) -> None:
        called = _resolve(node.func, function, self._view)
        if any(_carries(argument, aliases) for argument in node.args):
            for listing in _listings(node, function):
                self.names |= set(listing.narrowed)
                self.follow(type(listing).page, "query", depth + 1)
        if called is None or called in ONLY_FINGERPRINTS:
            return
        parameters = [name for name in inspect.signature(called).parameters if name != "self"]
        for place, argument in enumerate(node.args[: len(parameters)]):
            if _carries(argument, aliases):
                self.follow(called, parameters[place], depth + 1)
        for keyword in node.keywords:
            if keyword.arg in parameters and _carries(keyword.value, aliases):
                self.follow(called, str(keyword.arg), depth + 1)


def _copies(tree: ast.AST, parameter: str) -> set[str]:
    """Return the names that stand for the parameter, or for it with something added."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _carries(node.value, {parameter})
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _carries(node: ast.AST, aliases: set[str]) -> bool:
    """Tell whether a value is the mapping, perhaps with something added: `body | {…}`, `{**body, …}`."""
    made = (ast.Name, ast.IfExp, ast.Dict, ast.BinOp)
    return isinstance(node, made) and any(_is(part, aliases) for part in ast.walk(node))


def _is(node: ast.AST, aliases: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in aliases


def _resolve(node: ast.AST, function: Callable[..., Any], view: type | None) -> Callable[..., Any] | None:
    """Return the function of ours that a call names, if it is one."""
    names = _names_of(function)
    found = _object_of(node, names | {"self": view})
    found = getattr(found, "__func__", found)
    found = inspect.unwrap(found) if inspect.isfunction(found) else None
    return found if found and found.__module__.startswith(("services.", "libs.", __name__)) else None


def _listings(call: ast.Call, function: Callable[..., Any]) -> Iterator[Any]:
    """Give the declared lists that a call asks: the one whose method it is, and those handed to it beside the query."""
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    named = [_object_of(node, _names_of(function)) for node in (*owner, *call.args)]
    yield from (thing for thing in named if isinstance(getattr(thing, "narrowed", None), Mapping))


def _object_of(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """Return what a name, or a name within a name, stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    return getattr(_object_of(node.value, names), node.attr, None) if isinstance(node, ast.Attribute) else None


def _names_of(function: Callable[..., Any]) -> dict[str, Any]:
    return {**getattr(function, "__globals__", {}), **inspect.getclosurevars(function).nonlocals}


def _unread(app: Flask) -> Iterator[str]:
    views: dict[str, Any] = {rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    for operation, _, schema in request_schemas(app):
        method, path = operation.split(" ", 1)
        view = views[path].view_class
        yield from (f"{operation}: {name}" for name in sorted(_names(schema) - _read_of(view, method.lower())))


def _read_of(view: type, method: str) -> set[str]:
    reads, act = Reads(view), inspect.unwrap(getattr(view, method))
    reads.follow(act, list(inspect.signature(act).parameters)[1])
    return reads.names


def _names(schema: Schema) -> set[str]:
    return {field.attribute or name for name, field in schema.fields.items()}


def test_every_field_of_every_request_is_read(apis: dict[str, Flask]) -> None:
    operations = [operation for app in apis.values() for operation, _, _ in request_schemas(app)]

    unread = [line for app in apis.values() for line in _unread(app)]

    assert len(operations) > OPERATIONS_MIN
    assert unread == []


def _planted(body: dict[str, Any]) -> object:
    return _handed(body, body["seen"])


def _handed(given: dict[str, Any], _other: object) -> object:
    return given.get("handed")


def test_a_field_that_is_dropped_would_be_found() -> None:
    class Planted(Schema):
        seen = fields.UUID()
        handed = fields.UUID()
        dropped = fields.UUID()

    reads = Reads()
    reads.follow(_planted, "body")

    assert _names(Planted()) - reads.names == {"dropped"}


class _Listing:
    narrowed: Mapping[str, str] = {"state": "filters"}

    def page(self, query: dict[str, Any]) -> object:
        return query["limit"]


_LISTING = _Listing()


def _listed(query: dict[str, Any]) -> object:
    return _LISTING.page(query)


def _handed_on(query: dict[str, Any]) -> object:
    return _asked(_LISTING, query)


def _asked(listing: _Listing, query: dict[str, Any]) -> object:
    return listing.page(query)


@pytest.mark.parametrize("view", [_listed, _handed_on])
def test_a_word_that_a_list_does_not_declare_would_be_found(view: Callable[..., Any]) -> None:
    reads = Reads()
    reads.follow(view, "query")

    assert {"state", "limit", "person"} - reads.names == {"person"}
