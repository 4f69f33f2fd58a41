"""The words that docs/glossary.md replaced, as names in the code; and names that only say that something is there."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterable

from tests.architecture.rules import Violations, bound_names
from tests.architecture.tree import ROOT, Source

VAGUE_NAMES_MAX = {"found": 250, "one": 260, "told": 110, "known": 67}
"""How many variables may still be named so; lower a number when some are gone, never raise it."""


@functools.cache
def replaced() -> frozenset[str]:
    """Return the left column of the glossary's table."""
    table = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("| not | but |")[1].split("\n\n")[0]
    left = (row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    return frozenset(word for cell in left for word in re.findall(r"`(\w+)`", cell))


def replaced_words(source: Source) -> Violations:
    """Nothing is named by a word that the glossary replaced."""
    stem = source.path.rsplit("/", 1)[-1].removesuffix(".py")
    if stem in replaced():
        yield f"{source.path}: the module's name was replaced"
    for node in ast.walk(source.tree):
        for name in bound_names(node):
            if name.strip("_") in replaced():
                yield f"{source.path}:{getattr(node, 'lineno', 0)} {name} was replaced"


def vague_names(sources: Iterable[Source]) -> Counter[str]:
    """Count the variables that are named by no noun."""
    names = (name for source in sources for node in ast.walk(source.tree) for name in bound_names(node))
    return Counter(name for name in names if name in VAGUE_NAMES_MAX)
