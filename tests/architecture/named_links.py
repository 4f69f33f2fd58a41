"""Links of documents that name what they lead to: `[text](target "package.module:function")` or `"story 13"`.

People write the name, `make rules-doc` the target (file and line, or the story's file), so no link goes stale: a name
that is not there fails a test, and so does a target that is not where the name is.
"""

from __future__ import annotations

import ast
import functools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT, python_sources

LINK = re.compile(r'\]\(([^)\s]*) "((?:services|libs|tests)[\w.]*:[\w.]+|story \d+)"\)')
STORIES = ROOT / "tests" / "scenarios" / "cases"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@dataclass(frozen=True)
class Place:
    """Where a name stands: a file from the root, and the first and last line of it."""

    path: str
    first: int | None = None
    last: int | None = None

    @property
    def anchor(self) -> str:
        """Return the part of a link behind the file."""
        return f"#L{self.first}" if self.first else ""


def find(name: str) -> Place | None:
    """Return where a function, class, method, constant or story stands; None when it is not there."""
    if name.startswith("story "):
        stories = sorted(STORIES.glob(f"*/{int(name.removeprefix('story ')):02d}-*.yaml"))
        return Place(stories[0].relative_to(ROOT).as_posix()) if len(stories) == 1 else None
    module, _, symbol = name.partition(":")
    folder = module.replace(".", "/")
    for path in (f"{folder}.py", f"{folder}/__init__.py"):
        if (ROOT / path).is_file():
            lines = _lines_of(path).get(symbol)
            return Place(path, *lines) if lines else None
    return None


def broken(document: Path, text: str) -> Iterator[str]:
    """Yield the named links of a document that lead nowhere, or not to what they name."""
    for target, name in LINK.findall(text):
        place = find(name)
        if place is None:
            yield f"{document.relative_to(ROOT)}: {name} is not there"
        elif not _leads_to(document, target, place):
            yield f"{document.relative_to(ROOT)}: {name} is at {place.path}{place.anchor} (make rules-doc)"


def _leads_to(document: Path, target: str, place: Place) -> bool:
    """A link into the function is right also when a line above its first one came or went."""
    path, _, anchor = target.partition("#L")
    if path != _relative(document, place):
        return False
    return not place.first or (anchor.isdigit() and place.first <= int(anchor) <= (place.last or place.first))


def rewritten(document: Path, text: str) -> str:
    """Return the text with the target of every named link; what moved to another module is found by its name."""

    def link(found: re.Match[str]) -> str:
        name = found[2] if find(found[2]) else _moved(found[2])
        place = find(name)
        if place is None:
            return found[0]
        return f']({_relative(document, place)}{place.anchor} "{name}")'

    return LINK.sub(link, text)


def _relative(document: Path, place: Place) -> str:
    return Path(os.path.relpath(ROOT / place.path, document.parent)).as_posix()


def _moved(name: str) -> str:
    module, _, symbol = name.partition(":")
    package = "/".join(module.split(".")[:2]) + "/"
    homes = [
        source.path
        for source in python_sources()
        if source.path.startswith((package, "libs/programme/"))
        if symbol in _lines_of(source.path)
    ]
    if len(homes) != 1:
        return name
    return f"{homes[0].removesuffix('.py').removesuffix('/__init__').replace('/', '.')}:{symbol}"


@functools.cache
def _lines_of(path: str) -> dict[str, tuple[int, int]]:
    """Return the first and last line of everything that a module defines, methods as `Class.method`."""
    tree = ast.parse((ROOT / path).read_text("utf-8"), path)
    return {name: lines for node in tree.body for name, lines in _defined(node)}


def _defined(node: ast.stmt) -> Iterator[tuple[str, tuple[int, int]]]:
    lines = (node.lineno, node.end_lineno or node.lineno)
    match node:
        case ast.FunctionDef(name=name):
            yield name, lines
        case ast.ClassDef(name=name, body=body):
            yield name, lines
            yield from ((f"{name}.{inner}", where) for part in body for inner, where in _defined(part))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name, lines
