"""The files of this repository, as the architecture tests look at them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("libs", "services", "tests")
GENERATED = ("libs/contracts/timebank/", "libs/contracts/powers.py", "libs/programme/policy/parameters.py")
SKIPPED_FOLDERS = {".git", ".venv", "build", "var", "node_modules", "__pycache__"}
TEXT_SUFFIXES = {
    "", ".cfg", ".conf", ".css", ".csv", ".example", ".html", ".in", ".ini", ".js", ".json",
    ".mako", ".md", ".proto", ".py", ".pyi", ".sh",
    ".sql", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its text and its syntax tree."""

    path: str
    text: str

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Return the parsed file."""
        return ast.parse(self.text, self.path)


@functools.cache
def python_sources() -> tuple[Source, ...]:
    """Return every Python file that people write (not the generated ones)."""
    found = (path for folder in CODE_FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    relative = ((path.relative_to(ROOT).as_posix(), path) for path in found)
    return tuple(Source(name, path.read_text("utf-8")) for name, path in relative if not name.startswith(GENERATED))


def text_files() -> Iterator[tuple[str, str]]:
    """Yield path and text of every text file of the repository, hidden folders but .ci left out."""
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        folders = name.split("/")[:-1]
        hidden = any(part.startswith(".") and part != ".ci" for part in folders)
        if hidden or SKIPPED_FOLDERS.intersection(folders) or path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
