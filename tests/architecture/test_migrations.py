"""Migrations are one chain for each service; what breaks it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.migrations import FOLDERS, chain_problems, files_of

FIRST = 'revision = "0001"\ndown_revision = None\n'
SECOND = 'revision = "0002"\ndown_revision = "0001"\n'


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.parents[1].name)
def test_migrations_are_one_chain(folder: Path) -> None:
    assert len(files_of(folder)) > 0
    assert list(chain_problems(files_of(folder))) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"0002_more.py": SECOND, "0002_other.py": SECOND}, "0002_other.py: it is number 0003"),
        ({"0003_more.py": SECOND.replace('"0002"', '"0003"')}, "0003_more.py: it is number 0002"),
        ({"0002_more.py": SECOND.replace('"0001"', "None")}, "0002_more.py: it follows 0001, and says None"),
        ({"0002_more.py": SECOND.replace('"0002"', '"0004"')}, "0002_more.py: it is number 0002 of its service"),
    ],
    ids=["twice", "a hole", "not after the last", "another number than its name"],
)
def test_what_breaks_the_chain_is_named(files: dict[str, str], words: str) -> None:
    problems = list(chain_problems({"0001_first.py": FIRST, **files}))

    assert any(problem.startswith(words) for problem in problems), problems
    assert list(chain_problems({"0001_first.py": FIRST, "0002_more.py": SECOND})) == []
