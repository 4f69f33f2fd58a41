"""Which documents a text cites, with section, row or parameter; and what of it does not exist."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT

CITED = re.compile(r"(?<![\w*/.{-])((?:[\w.-]+/)*[\w-]+\.md)\b")
"""A document by its name, with or without a path."""
SECTION = re.compile(r"\)?,? +(?:sections? )?(\d{1,2}[a-z]?(?:\.\d{1,2})?)(?:[–-](\d{1,2}\.\d{1,2}))?(?![\d-])")
ROW = re.compile(r" ([A-Z]\d{1,2})\b")
PARAMETERS = re.compile(r" \(([^)]*)\)")
PARAMETER = re.compile(r"\b[a-z_]+\.[a-z_]+\b(?!\()")
ADDRESS = re.compile(r"https?://\S+")


def broken(path: str, text: str) -> Iterator[str]:
    """Yield what `text`, the file at `path`, cites and is not there."""
    for number, line in enumerate(text.splitlines(), 1):
        for wrong in _broken_in(path, ADDRESS.sub("", line)):
            yield f"{path}:{number}: {wrong}"


def _broken_in(path: str, line: str) -> Iterator[str]:
    for found in CITED.finditer(line):
        document = _resolve(path, found[1])
        if document is None:
            yield f"{found[1]} does not exist"
        elif section := SECTION.match(line, found.end()):
            yield from (f"{found[1]} has no {what}" for what in _missing(document, section, line))


def _missing(document: Path, section: re.Match[str], line: str) -> Iterator[str]:
    for number in filter(None, section.groups()):
        if not _has_section(document, number):
            yield f"section {number}"
    if (row := ROW.match(line, section.end())) and not _has(document, rf"^\| {row[1]} \|"):
        yield f"row {row[1]}"
    if section[1] == "3" and document.name == "domain.md" and (named := PARAMETERS.match(line, section.end())):
        names = PARAMETER.findall(named[1])
        yield from (f"parameter {name}" for name in names if not _has(document, rf"^\| `{re.escape(name)}` \|"))


def _resolve(path: str, name: str) -> Path | None:
    places = [(ROOT / path).parent, ROOT, ROOT / "docs"]
    return next((place / name for place in places if (place / name).is_file()), None)


def _has_section(document: Path, number: str) -> bool:
    if _has(document, rf"^#+ {re.escape(number)}[ .]"):
        return True
    chapter, _, point = number.partition(".")
    body = re.search(rf"^## {chapter}[ .].*?(?=^## |\Z)", _text(document), re.MULTILINE | re.DOTALL)
    return bool(point and body and re.search(rf"^{point}\. ", body[0], re.MULTILINE))


def _has(document: Path, pattern: str) -> bool:
    return re.search(pattern, _text(document), re.MULTILINE) is not None


@functools.cache
def _text(document: Path) -> str:
    return document.read_text("utf-8")
