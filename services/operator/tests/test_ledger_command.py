"""`timebank ledger` says plainly when there is no platform to look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from services.operator.commands import main


@pytest.mark.parametrize("act", ["rebuild", "look"])
def test_without_a_running_platform_it_says_so(tmp_path: Path, act: str) -> None:
    result = CliRunner().invoke(main, ["--data", str(tmp_path), "ledger", act])

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
