"""Schemathesis, signed in as each role: no server error, and no answer that the document does not describe.

Each role tries every operation; one of them every boundary that a schema names. `make schemathesis` runs it: with
minutes of its own it is no part of `make test`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.city import WHO, City, open_city

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = 1
"""Of every operation, for every role: each role has other ones."""
BOUNDARIES_BY = "district_admin"
"""Who also tries every boundary: what a schema allows is looked at before who asks, so that one role shows it."""
SECONDS_MAX = 1200
TOLD_CHARACTERS = 6_000
RATE = "95/s"
"""As fast as one person may ask for ever (libs/http/limits.py): a 429 would hide the answer that is looked at."""
SESSIONS = "/v1/(sessions|sign-in-codes|me/password)"
"""They begin and end the sessions of who asks; nobody tries them, last, for they make later ones wait."""
# A missing If-Match is answered with 428, which RFC 6585 made for it; Schemathesis does not expect it by itself.
# Where a password is guessed too often, nothing else of the request is looked at: 429. What a body lacks is told first:
# 422.
# Rules refuse what a schema allows (422, 409), and some of what is no matter of schemas (400): whether an answer is
# described is looked at all the same. The server may refuse what is too long before the schema does.
SETTINGS = """\
[checks.missing_required_header]
expected-statuses = ["400", "401", "403", "422", "428", "429"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "428", "429", "503"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "428", "429", "431", "503"]
"""


TIMES_MAX = 2
FAULT_OF_THE_TOOL = "SystemError: AST constructor recursion depth mismatch"
"""What Python 3.11 says when two threads of schemathesis parse at once; it is about no answer of ours."""


@pytest.fixture(scope="module")
def own_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city of its own: what is allowed is done."""
    with open_city(tmp_path_factory.mktemp("described")) as opened:
        yield opened


def tried(city: City, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis on the city's document."""
    (folder / "schemathesis.toml").write_text(SETTINGS)
    (folder / "openapi.json").write_text(json.dumps(city.document))
    (folder / "ids.json").write_text(json.dumps(city.ids))
    told = {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.contracts.api.hooks",
        "ATTACKED_IDS": str(folder / "ids.json"),
    }
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", city.url, "--checks", "all"),
        *(
            "--generation-database",
            "none",
            "--workers",
            "2",
            "--request-timeout",
            "60",
            "--suppress-health-check",
            "all",
        ),
        *(
            "--rate-limit",
            RATE,
            "--max-examples",
            str(EXAMPLES),
            "--continue-on-failure",
            "--no-color",
            "--warnings",
            "off",
            *options,
        ),
    ]
    for _ in range(TIMES_MAX):
        done = subprocess.run(
            command, cwd=folder, env=os.environ | told, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        if FAULT_OF_THE_TOOL not in done.stdout:
            break
    return done


@pytest.mark.parametrize(("seed", "role"), enumerate(WHO))
def test_every_operation_answers_each_role_as_its_document_says(
    own_city: City, tmp_path: Path, seed: int, role: str
) -> None:
    own_city.world.client.tokens.clear()  # Tokens live for minutes.
    signed_in = ("--header", f"Authorization: Bearer {own_city.token(role)}", "--exclude-path-regex", SESSIONS)

    phases = "coverage,fuzzing" if role == BOUNDARIES_BY else "fuzzing"
    done = tried(own_city, tmp_path, *signed_in, "--seed", str(seed), "--phases", phases)

    assert done.returncode == 0, done.stdout[-TOLD_CHARACTERS:] + done.stderr[-TOLD_CHARACTERS:]
    assert "generated" in done.stdout


def test_signing_in_answers_nobody_as_its_document_says(own_city: City, tmp_path: Path) -> None:
    done = tried(own_city, tmp_path, "--include-path-regex", SESSIONS, "--seed", "1", "--phases", "fuzzing")

    assert done.returncode == 0, done.stdout[-TOLD_CHARACTERS:] + done.stderr[-TOLD_CHARACTERS:]
