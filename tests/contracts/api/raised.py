"""Which refusals an operation may answer with: followed from its view through every function of ours that it names.

Types are read from annotations, as mypy does, so that `order.take(…)` leads to the method of the class that `order` is.
What is named and not called counts as called: use cases are handed around as values.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import textwrap
import types
import typing
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

from werkzeug.exceptions import HTTPException

from libs.errors import Refusal

OURS = ("libs.", "services.")
DEEP_MAX = 3
Function = types.FunctionType
Key = tuple[Function, type | None]
Kind = type[Exception]


class Calls:
    """Every function of ours, with those it names and the refusals among them; read once each."""

    def __init__(self) -> None:
        self._read: dict[Key, tuple[set[Kind], list[Key]]] = {}

    def raised_from(self, function: Function, owner: type | None = None) -> set[Kind]:
        """Return what a function, and those it names, may raise; `owner` is the class of its `self`."""
        kinds: set[Kind] = set()
        seen: set[Key] = set()
        waiting: list[Key] = [(function, owner)]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                raised, named = self._named_in(key)
                kinds |= raised
                waiting += named
        return kinds

    def _named_in(self, key: Key) -> tuple[set[Kind], list[Key]]:
        if key not in self._read:
            kinds: set[Kind] = set()
            named: list[Key] = []
            if _is_ours(key[0]):
                reader = _Reader(*key)
                for node in reader.nodes():
                    value = reader.value_of(node)
                    for reached in _reached(value):
                        if isinstance(reached, type) and not isinstance(value, type) and not reader.raises:
                            continue  # A table of refusals, in a function that only names them.
                        if isinstance(reached, tuple):
                            named.append(reached)
                        else:
                            kinds.add(reached)
            self._read[key] = kinds, named
        return self._read[key]


def _reached(value: object, deep: int = 0) -> Iterator[Key | Kind]:
    """Yield the functions that a value is, or holds, and the refusals."""
    if isinstance(value, _Method):
        yield value.function, value.owner
    elif isinstance(value, partial):
        yield from _reached(value.func, deep)
    elif isinstance(value, Function):
        yield inspect.unwrap(value), None
    elif isinstance(value, type) and issubclass(value, Refusal | HTTPException):
        yield value
    elif isinstance(value, type):
        for name in ("__init__", "__post_init__", "__enter__"):
            made = inspect.getattr_static(value, name, None)
            if isinstance(made, Function):
                yield made, value
    elif isinstance(value, dict | list | tuple | set | frozenset) and deep < DEEP_MAX:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _reached(part, deep + 1)


@dataclasses.dataclass(frozen=True)
class _Method:
    """A method, with the class whose instance it is called on."""

    function: Function
    owner: type


@dataclasses.dataclass(frozen=True)
class _Instance:
    """Something of which only the type is known."""

    kind: Any


class _Reader:
    """What the names of one function stand for."""

    def __init__(self, function: Function, owner: type | None) -> None:
        self._function, self._owner = function, owner
        self._tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        self._globals = {**function.__globals__, **_nonlocals(function)}
        self._known: dict[str, object] = {}
        for name, kind in _hints(function).items():
            if name != "return":
                self._known[name] = _Instance(kind)
        parameters = list(inspect.signature(function).parameters)
        if owner is not None and parameters and parameters[0] in ("self", "cls"):
            self._known[parameters[0]] = _Instance(owner)

    @property
    def raises(self) -> bool:
        """Whether the function raises something, or makes what another raises."""
        returned = _classes(_hints(self._function).get("return"))
        return any(isinstance(node, ast.Raise) for node in ast.walk(self._tree)) or any(
            issubclass(kind, Refusal) for kind in returned
        )

    def nodes(self) -> Iterator[ast.expr]:
        """Yield every name and attribute of the body, after the types of its variables are known."""
        for node in ast.walk(self._tree):
            self._learn(node)
        spared = set(self._caught)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in spared:
                yield node

    def kept(self) -> dict[str, object]:
        """Return what is assigned to attributes of `self`."""
        return {
            target.attr: self.value_of(node.value)
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "self"
        }

    @cached_property
    def _caught(self) -> list[int]:
        """What only says which errors are caught, or what a type is: `except X`, `isinstance(…, X)`, annotations."""
        parts: list[ast.AST] = []
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ExceptHandler) and node.type:
                parts.append(node.type)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "issubclass"):
                parts += node.args
            elif isinstance(node, ast.FunctionDef):
                parts += [
                    argument.annotation for argument in node.args.args + node.args.kwonlyargs if argument.annotation
                ]
                parts += [node.returns] if node.returns else []
            elif isinstance(node, ast.AnnAssign):
                parts.append(node.annotation)
        return [id(inner) for part in parts for inner in ast.walk(part)]

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef):
            for argument in node.args.args + node.args.kwonlyargs:
                if argument.annotation is not None and argument.arg not in self._known:
                    self._known[argument.arg] = _Instance(self._evaluated(argument.annotation))
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self._bind(node.targets[0], self.value_of(node.value))
        elif isinstance(node, ast.AnnAssign):
            self._bind(node.target, _Instance(self._evaluated(node.annotation)))
        elif isinstance(node, ast.For | ast.comprehension):
            self._bind(node.target, _Instance(_item_of(self.value_of(node.iter))))
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, self.value_of(node.context_expr))

    def _bind(self, target: ast.expr, value: object) -> None:
        if isinstance(target, ast.Name):
            self._known[target.id] = value
        elif isinstance(target, ast.Tuple) and isinstance(value, _Instance):
            kinds = typing.get_args(value.kind)
            for place, part in enumerate(target.elts):
                self._bind(part, _Instance(kinds[place] if place < len(kinds) else None))

    def _evaluated(self, annotation: ast.expr) -> Any:
        with contextlib.suppress(Exception):
            return eval(ast.unparse(annotation), dict(self._globals))
        return None

    def value_of(self, node: ast.expr) -> object:
        """Return the thing that an expression is, or an instance of its type, or None."""
        if isinstance(node, ast.Name):
            return self._known[node.id] if node.id in self._known else self._globals.get(node.id)
        if isinstance(node, ast.Attribute):
            return _attribute(self.value_of(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Subscript):
            return _Instance(_item_of(self.value_of(node.value)))
        if isinstance(node, ast.BoolOp):
            return next((value for part in node.values if (value := self.value_of(part)) is not None), None)
        if isinstance(node, ast.IfExp):
            chosen = self.value_of(node.body)
            return self.value_of(node.orelse) if chosen is None else chosen
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            return self.value_of(node.value)
        return None

    def _called(self, node: ast.Call) -> object:
        called = self.value_of(node.func)
        if isinstance(called, type):
            return _Instance(called)
        if getattr(node.func, "id", "") == "cast" and node.args:
            return _Instance(self._evaluated(node.args[0]) or self._evaluated_text(node.args[0]))
        if getattr(node.func, "attr", getattr(node.func, "id", "")) == "replace" and node.args:
            return self.value_of(node.args[0])
        function = called.function if isinstance(called, _Method) else called
        return _Instance(_hints(function).get("return")) if isinstance(function, Function) else None

    def _evaluated_text(self, node: ast.expr) -> Any:
        with contextlib.suppress(Exception):
            return eval(str(ast.literal_eval(node)), dict(self._globals))
        return None


def _attribute(value: object, name: str) -> object:
    if isinstance(value, types.ModuleType | type):
        return getattr(value, name, None)
    if not isinstance(value, _Instance) and type(value).__module__.startswith((*OURS, __package__ or "")):
        value = _Instance(type(value))  # Something that stands in a module, such as the cursor of a list.
    if not isinstance(value, _Instance):
        return None
    for kind in _classes(value.kind):
        member = inspect.getattr_static(kind, name, None)
        if isinstance(member, property) and isinstance(member.fget, Function):
            return _Method(member.fget, kind)
        if isinstance(member, classmethod | staticmethod):
            member = member.__func__
        if isinstance(member, cached_property):
            member = member.func
        if isinstance(member, Function):
            return _Method(member, kind)
        hint = _hints(kind).get(name)
        if hint is not None:
            return _Instance(hint)
        kept = _kept_by(kind).get(name)
        if kept is not None:
            return kept
    return None


_KEPT: dict[type, dict[str, object]] = {}


def _kept_by(kind: type) -> dict[str, object]:
    """Return what the `__init__` of a class of ours, and of those it is made of, keep on `self`."""
    if kind not in _KEPT:
        _KEPT[kind] = {}  # What one attribute says of another of the same object is not followed.
        kept: dict[str, object] = {}
        for base in reversed(inspect.getmro(kind)):
            made = vars(base).get("__init__")
            if isinstance(made, Function) and _is_ours(made):
                kept |= _Reader(made, base).kept()
        _KEPT[kind] = kept
    return _KEPT[kind]


def _classes(kind: Any) -> list[type]:
    """Return the classes that a type may be, None left out."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return [inner for part in typing.get_args(kind) for inner in _classes(part)]
    kind = origin or kind
    return [kind] if isinstance(kind, type) and kind is not type(None) else []


def _item_of(value: object) -> Any:
    """Return the type of what is in a list, or of what a mapping holds."""
    kinds = typing.get_args(value.kind) if isinstance(value, _Instance) else ()
    return kinds[-1] if kinds and kinds[-1] is not Ellipsis else (kinds[0] if kinds else None)


def _hints(thing: Any) -> dict[str, Any]:
    with contextlib.suppress(Exception):
        return typing.get_type_hints(thing)
    return {}


def _nonlocals(function: Function) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        return dict(inspect.getclosurevars(function).nonlocals)
    return {}


def _is_ours(function: Function) -> bool:
    """Tell whether there is source of ours to read: not what dataclasses write, nor a lambda of a table."""
    has_source = function.__code__.co_filename != "<string>" and function.__name__ != "<lambda>"
    return has_source and function.__module__.startswith((*OURS, __package__ or ""))
