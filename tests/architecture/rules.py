"""The house rules that no linter knows: each is a function from a file to the lines that break it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.architecture.tree import Source

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FORBIDDEN_NAMES = {
    "handle", "process", "manage", "do", "perform", "data", "info", "item", "obj", "util", "utils", "helper",
    "helpers", "common", "manager", "processor",
}  # fmt: skip
FORBIDDEN_VERBS = ("handle_", "process_", "manage_", "do_", "perform_")
FORBIDDEN_ENDINGS = ("Manager", "Processor", "Helper", "Helpers", "Util", "Utils", "Info")
# Where a name is another's: the operating system's noun, or what a base class of a library calls it.
EXCUSED = {
    "process": (
        "libs/db/embedded.py",
        "libs/bus/kafka_server.py",
        "services/embedded/",
        "services/operator/",
        "tests/",
    ),
    "data": (
        "libs/db/embedded.py",
        "services/ledger/store/raw.py",
        "libs/http/fields.py",
        "tests/web/linting.py",
    ),  # as marshmallow names it
    "handle": ("libs/http/worker.py",),  # as gunicorn names them
    "do_POST": ("services/accounts/tests/test_gateway.py",),  # as the standard library names it
    "handle_error": ("libs/http/refused.py",),
    **dict.fromkeys(
        ("handle_starttag", "handle_startendtag", "handle_endtag", "handle_data"), ("tests/web/linting.py",)
    ),
    "obj": ("services/operator/commands.py", "services/orders/core/schemas.py"),  # as click and marshmallow name it
}
KINDS_ASKED_MAX = 3
FRACTIONS = {"float", "Float", "Decimal", "Numeric", "REAL", "Double", "DOUBLE_PRECISION"}

Violations = Iterator[str]


def too_long(source: Source) -> Violations:
    """A file fits in 400 lines, a function in 70."""
    lines = source.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{source.path}: {lines} lines"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{source.path}:{node.lineno} {node.name}: {length} lines"


def fractions_of_minutes(source: Source) -> Violations:
    """Minutes are integers: nothing named …minutes… is a float, a decimal, or the outcome of a true division.

    Tests are left out: they send fractions on purpose.
    """
    if "tests/" in source.path:
        return
    for node in ast.walk(source.tree):
        for name, parts in _named(node):
            if "minutes" in name.lower() and any(_has_fraction(part) for part in parts if part is not None):
                yield f"{source.path}:{getattr(node, 'lineno', 0)} {name} is not an integer"


def _named(node: ast.AST) -> Iterator[tuple[str, list[ast.AST | None]]]:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield name, [node.annotation, node.value]
        case ast.Assign():
            for target in node.targets:
                if isinstance(target, ast.Name | ast.Attribute):
                    yield target.id if isinstance(target, ast.Name) else target.attr, [node.value]
        case ast.arg():
            yield node.arg, [node.annotation]
        case ast.keyword(arg=str(name)):
            yield name, [node.value]
        case ast.FunctionDef():
            yield node.name, [node.returns]
        case ast.Call(args=[ast.Constant(value=str(name)), *others]):
            yield (name if name.replace("_", "").isalnum() else ""), list(others)
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, [value]


def _has_fraction(part: ast.AST) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in FRACTIONS)
        or (isinstance(node, ast.Attribute) and node.attr in FRACTIONS)
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        for node in ast.walk(part)
    )


def empty_words(source: Source) -> Violations:
    """Names say what a thing is or does: none of the words that hide a better verb (docs/glossary.md)."""
    stem = source.path.rsplit("/", 1)[-1].removesuffix(".py")
    if stem in FORBIDDEN_NAMES:
        yield f"{source.path}: the module's name says nothing"
    for node in ast.walk(source.tree):
        for name in bound_names(node):
            plain = name.strip("_")
            if any(place in source.path for place in EXCUSED.get(plain, ())):
                continue
            if plain in FORBIDDEN_NAMES or plain.startswith(FORBIDDEN_VERBS) or _ends_badly(node, name):
                yield f"{source.path}:{getattr(node, 'lineno', 0)} {name}"


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node gives: of functions, classes, arguments, variables and attributes."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.arg():
            yield node.arg
        case ast.Name(ctx=ast.Store()):
            yield node.id
        case ast.Attribute(ctx=ast.Store()):
            yield node.attr


def _ends_badly(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ClassDef) and name.endswith(FORBIDDEN_ENDINGS)


def chains_of_kinds(source: Source) -> Violations:
    """A service does not ask one value again and again which of our classes it is of: the class has a method for that.

    What others chose the type of (JSON, a driver's values: `str`, `list`, `date`) may be asked.
    """
    for function in ast.walk(source.tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            asked = Counter(subject for node in ast.walk(function) for subject in _kinds_asked(node))
            for subject, times in asked.items():
                if times >= KINDS_ASKED_MAX:
                    yield f"{source.path}:{function.lineno} {function.name} asks {times} times what {subject} is"


def cursors_by_hand(source: Source) -> Violations:
    """A list is declared (`libs.http.lists`): nobody makes a cursor, or goes on where one ends, by hand."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id="Cursor") | ast.Attribute(attr="Cursor")):
                yield f"{source.path}:{node.lineno} makes a cursor"
            case ast.Call(func=ast.Attribute(attr="tuple_")):
                yield f"{source.path}:{node.lineno} compares a key"
            case ast.Subscript(slice=ast.Constant(value="cursor"), ctx=ast.Load()):
                yield f"{source.path}:{node.lineno} reads a cursor"


def _kinds_asked(node: ast.AST) -> Iterator[str]:
    """What a node asks the class of, once for each class of ours."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, classes]):
            names = (part.id for part in ast.walk(classes) if isinstance(part, ast.Name))
            yield from (ast.unparse(subject) for name in names if name[:1].isupper())
        case ast.Match(subject=subject, cases=cases):
            patterns = (part for case in cases for part in ast.walk(case.pattern) if isinstance(part, ast.MatchClass))
            yield from (ast.unparse(subject) for pattern in patterns if ast.unparse(pattern.cls)[:1].isupper())


def outside_imports(source: Source) -> Violations:
    """The scenario runner is a stranger: it imports nothing of the platform and opens no database."""
    forbidden = re.compile(r"^(services|libs|psycopg|sqlalchemy)(\.|$)")
    for node in ast.walk(source.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            if forbidden.match(name):
                yield f"{source.path}:{getattr(node, 'lineno', 0)} imports {name}"
