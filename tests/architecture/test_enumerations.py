"""The programme's words have one home: nobody lists them again beside `libs/programme/words.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum

from libs.programme import words
from tests.architecture.tree import Source, python_sources

HOME = "libs/programme/words.py"
SAME_WORDS_MIN = 3
WORDS = {"word_of", "choice_of", "Choice", "OneOf"}
FREE = {"fields.String", "_text"}
OPEN = frozenset({"act", "code", "outcome"})
"""Names under which one answer has some words, and another any text."""
ENUMERATIONS = [
    frozenset(kind)
    for kind in vars(words).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
]


def repeated_words(source: Source) -> Iterator[str]:
    """Name each list, set or enumeration whose members are the words of one enumeration."""
    for node in ast.walk(source.tree):
        values = {entry.value for entry in _entries(node) if isinstance(entry, ast.Constant)}
        if len(values) >= SAME_WORDS_MIN and any(values <= kind for kind in ENUMERATIONS):
            yield f"{source.path}:{getattr(node, 'lineno', 0)} {sorted(map(str, values))}"


def _entries(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    if isinstance(node, ast.ClassDef):
        return [line.value for line in node.body if isinstance(line, ast.Assign)]
    return []


def answered(source: Source) -> Iterator[tuple[str, int, bool, bool]]:
    """Give each field of a schema: its name and line, whether it names its words, and whether it is any text."""
    for kind in (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)):
        for line in kind.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
                called = [ast.unparse(node.func) for node in ast.walk(line.value) if isinstance(node, ast.Call)]
                words = {name.rpartition(".")[2] for name in called} & WORDS
                is_free = not words and called[-1] in FREE and "format" not in ast.unparse(line.value)
                yield ast.unparse(line.targets[0]), line.lineno, bool(words), is_free


def unnamed_words(sources: list[Source]) -> Iterator[str]:
    """Name each field of an answer that is any text, although one of the same name elsewhere is one of some words."""
    fields_of = [(source, field) for source in sources for field in answered(source)]
    named = {name for _, (name, _, has_words, _) in fields_of if has_words}
    for source, (name, line, _, is_free) in fields_of:
        if is_free and name in named - OPEN:
            yield f"{source.path}:{line} {name}"


def test_a_word_is_listed_in_one_place() -> None:
    ours = [source for source in python_sources() if "tests/" not in source.path and source.path != HOME]

    assert len(ENUMERATIONS) > 5
    assert [found for source in ours for found in repeated_words(source)] == []


def test_a_second_list_would_be_found() -> None:
    twice = Source("planted.py", 'GRADES = ("intact", "mild", "moderate")')
    again = Source("planted.py", 'class Paid(StrEnum):\n    A = "credit"\n    B = "pool"\n    C = "purchased"')

    assert list(repeated_words(twice))
    assert list(repeated_words(again))


def test_what_is_one_of_some_words_is_so_in_every_answer() -> None:
    schemas = [
        source for source in python_sources() if source.path.startswith("services/") and "schemas" in source.path
    ]

    assert len(schemas) > 20
    assert list(unnamed_words(schemas)) == []


def test_an_answer_that_does_not_name_its_words_would_be_found() -> None:
    named = Source("named.py", "class A:\n    state = word_of(State)\n    why = fields.String()")
    bare = Source("planted.py", "class B:\n    state = fields.List(fields.String())\n    why = fields.String()")

    assert list(unnamed_words([named, bare])) == ["planted.py:2 state"]
