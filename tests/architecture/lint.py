"""Run every check of `make lint`, two at a time, show what each says when it fails, and end with a table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from libs.clock import monotonic

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
AT_ONCE_MAX = 2
SECONDS_MAX = 900


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """How a check ended."""

    check: Check
    code: int
    seconds: int
    output: str


def program(name: str, *arguments: str) -> list[str]:
    """Return the command of a program of the virtual environment."""
    return [str(PROGRAMS / name), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    """Return the command of a Python module."""
    return [sys.executable, "-m", name, *arguments]


CHECKS = (
    Check("types (mypy strict)", program("mypy")),
    Check("rules (ruff)", program("ruff", "check", ".")),
    Check("format (ruff)", program("ruff", "format", "--check", ".")),
    Check("layers (import-linter)", program("lint-imports")),
    Check("spelling (codespell)", program("codespell")),
    Check("YAML (yamllint)", program("yamllint", "--strict", ".")),
    Check("event contracts (buf, drift)", module("libs.contracts.check")),
    Check("migrations (one chain)", module("tests.architecture.migrations")),
    Check("secrets", module("tests.supply.secrets")),
    Check("image (hadolint)", program("hadolint", "docker/Dockerfile")),
    Check("compose files (schema)", module("tests.architecture.compose")),
    Check("manifests (kustomize, kubernetes-validate)", module("tests.architecture.manifests")),
)


def main() -> int:
    """Run the checks; return 0 when all of them pass."""
    with ThreadPoolExecutor(AT_ONCE_MAX) as pool:
        outcomes = list(pool.map(_run, CHECKS))
    print()
    for outcome in outcomes:
        print(f"  {'ok    ' if outcome.code == 0 else 'FAILED'} {outcome.seconds:4d} s  {outcome.check.name}")
    return 1 if any(outcome.code for outcome in outcomes) else 0


def _run(check: Check) -> Outcome:
    began = monotonic()
    done = subprocess.run(
        list(check.command),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=SECONDS_MAX,
    )
    outcome = Outcome(check, done.returncode, round(monotonic() - began), done.stdout)
    if outcome.code:
        print(
            f"\n--- {check.name}: {' '.join(check.command[1:]) or check.command[0]}\n{outcome.output.rstrip()}",
            flush=True,
        )
    else:
        print(f"ok {check.name}", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
