"""The programme's words have one home: nobody lists them again beside `libs/programme/words.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum

from libs.programme import words
from tests.architecture.tree import Source, python_sources

HOME = "libs/programme/words.py"
SAME_WORDS_MIN = 3
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


def test_a_word_is_listed_in_one_place() -> None:
    ours = [source for source in python_sources() if "tests/" not in source.path and source.path != HOME]

    assert len(ENUMERATIONS) > 5
    assert [found for source in ours for found in repeated_words(source)] == []


def test_a_second_list_would_be_found() -> None:
    twice = Source("planted.py", 'GRADES = ("intact", "mild", "moderate")')
    again = Source("planted.py", 'class Paid(StrEnum):\n    A = "credit"\n    B = "pool"\n    C = "purchased"')

    assert list(repeated_words(twice))
    assert list(repeated_words(again))
