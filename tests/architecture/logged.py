"""Write the table of docs/logs.md from the code: `python -m tests.architecture.logged`; what a line means stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.architecture.tree import ROOT, Source, python_sources

DOCUMENT = ROOT / "docs" / "logs.md"
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
TOLD_OF = ("libs/", "services/")
NAME = re.compile(r"[a-z]+(_[a-z]+)*")
_ROW = re.compile(r"^\| `([a-z_]+)` \|[^|]*\|[^|]*\|(.*)\|$")
_BLOCK = re.compile(r"<!-- logs: begin -->.*?<!-- logs: end -->", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One place where a line is logged; `name` is None where it is no constant."""

    place: str
    level: str
    name: str | None
    fields: tuple[str, ...]


def lines_of(sources: Iterable[Source]) -> Iterator[Line]:
    """Yield what the code logs."""
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_logger(node.func):
                fields = tuple(word.arg or "…" for word in node.keywords if word.arg != "exc_info")
                yield Line(f"{source.path}:{node.lineno}", node.func.attr, _constant(node.args), fields)


def ours() -> list[Line]:
    """Return what services and libraries log; tests log nothing that anybody keeps."""
    return list(lines_of(one for one in python_sources() if one.path.startswith(TOLD_OF) and "/tests/" not in one.path))


def meanings(text: str) -> dict[str, str]:
    """Return what the document says of each name."""
    return {row[1]: row[2].strip() for line in text.splitlines() if (row := _ROW.match(line))}


def expected(text: str, lines: Iterable[Line]) -> str:
    """Return the document with a row for each name that is logged."""
    said, rows = meanings(text), []
    by_name: dict[str, list[Line]] = {}
    for line in lines:
        by_name.setdefault(line.name or "", []).append(line)
    for name, group in sorted(by_name.items()):
        levels = ", ".join(sorted({line.level for line in group}))
        fields = ", ".join(f"`{field}`" for field in dict.fromkeys(field for line in group for field in line.fields))
        rows.append(f"| `{name}` | {levels} | {fields} | {said.get(name, '')} |".replace("|  |", "| |"))
    head = "| event | level | fields | what it means |\n|---|---|---|---|\n"
    return _BLOCK.sub(lambda _: f"<!-- logs: begin -->\n{head}" + "\n".join(rows) + "\n<!-- logs: end -->", text)


def _is_logger(function: ast.Attribute) -> bool:
    """Tell whether a method is a logger's: of `get_logger()`, or of a variable `log` that is one."""
    if function.attr not in LEVELS:
        return False
    owner = function.value
    if isinstance(owner, ast.Call):
        return isinstance(owner.func, ast.Name) and owner.func.id == "get_logger"
    return isinstance(owner, ast.Name) and owner.id in ("log", "logger")


def _constant(arguments: list[ast.expr]) -> str | None:
    first = arguments[0] if len(arguments) == 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def main() -> None:
    """Write the document anew."""
    DOCUMENT.write_text(expected(DOCUMENT.read_text("utf-8"), ours()), "utf-8")


if __name__ == "__main__":
    main()
