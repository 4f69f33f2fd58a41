"""The migrations of each service are one chain, numbered without a hole: `python -m tests.architecture.migrations`.

Two branches that both add a number land one after the other without a conflict, so this is a check of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT

FOLDERS = (*sorted(ROOT.glob("services/*/migrations/versions")), ROOT / "libs" / "bus" / "migrations" / "versions")


def chain_problems(files: dict[str, str]) -> Iterator[str]:
    """Tell what is wrong with migrations, given by the names of their files with their sources."""
    before: str | None = None
    for number, name in enumerate(sorted(files), 1):
        expected = f"{number:04}"
        revision, down = (value_of(files[name], variable) for variable in ("revision", "down_revision"))
        if not name.startswith(f"{expected}_") or revision != expected:
            yield f"{name}: it is number {expected} of its service, and says {revision}"
        if down != before:
            yield f"{name}: it follows {before}, and says {down}"
        before = expected


def value_of(source: str, variable: str) -> str | None:
    """Return the text that a module gives to a variable; None where it gives none."""
    for node in ast.parse(source).body:
        names = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(name, ast.Name) and name.id == variable for name in names):
            value = getattr(node, "value", None)
            return str(value.value) if isinstance(value, ast.Constant) and value.value is not None else None
    return None


def files_of(folder: Path) -> dict[str, str]:
    """Return the migrations of a folder."""
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "__init__.py"}


def main() -> None:
    """Say what is wrong; exit with 1 if anything is."""
    wrong = [f"{folder.parents[1].name}: {words}" for folder in FOLDERS for words in chain_problems(files_of(folder))]
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
