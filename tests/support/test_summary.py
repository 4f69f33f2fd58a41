"""A run names what it skipped; where CI=true, a skip fails it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = 'import pytest\n\n@pytest.mark.skip(reason="no network here")\ndef test_far_away() -> None: ...\n'
PASSING = "def test_near() -> None: ...\n"


@pytest.mark.parametrize(
    ("text", "ci", "code", "said"),
    [
        (SKIPPING, "true", 1, "no network here"),
        (SKIPPING, "", 0, "no network here"),
        (PASSING, "true", 0, "nothing was skipped"),
    ],
)
def test_a_run_says_what_it_skipped(tmp_path: Path, text: str, ci: str, code: int, said: str) -> None:
    (tmp_path / "test_planted.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.summary", "-p", "no:cacheprovider", str(tmp_path)]

    done = subprocess.run(
        command, cwd=tmp_path, env={"CI": ci, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
