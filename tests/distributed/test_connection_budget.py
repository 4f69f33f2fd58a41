"""A role whose pools are larger than what the server gives it does not start, and says why."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.distributed.test_roles_of_services import ROOT
from tests.support.postgres import FreshDatabase


@pytest.mark.parametrize(("role", "pool", "wanted"), [("api", "100", 200), ("relay", "200", 200)])
def test_too_large_a_pool_is_refused_with_the_figures(
    fresh_database: FreshDatabase, role: str, pool: str, wanted: int
) -> None:
    variables = {
        "REDEMPTION_DATABASE_URL": fresh_database("redemption").app,
        "REDEMPTION_BUS_URL": fresh_database("bus").app,
        "REDEMPTION_POOL_MAX": pool,
    }
    command = [sys.executable, "-m", "services.redemption", role]

    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "REDEMPTION_POOL_MAX times REDEMPTION_API_WORKERS is too much" in ended.stderr
    assert f"may open {wanted} connections, of which the server gives this role at most 147" in ended.stderr
