"""Measure a second start of the platform, and the memory of all its processes after the demo flow.

`make bench-start` prints a table and writes build/bench/bench-start.json. It never fails because a target is missed.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "build" / "bench" / "bench-start.json"
SECOND_STARTS = 3
START_SECONDS_TARGET_MS = 5_000
MEMORY_TARGET_MB = 600
WAIT_SECONDS_MAX = 300


def main() -> None:
    """Measure, print, write."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-bench-"))
    folder.chmod(0o755)
    try:
        rows = list(_measure(folder / "data"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))
    print(f"{'what':<44}{'measured':>10}{'yardstick':>11}{'target':>9}  met")
    for row in rows:
        print(f"{row['name']:<44}{row['value']:>10}{row['yardstick']:>11}{row['target']:>9}  {row['met']}")


def _measure(folder: Path) -> Iterator[dict[str, Any]]:
    started, first_ms = _start(folder)
    _stop(started)
    bare_ms = statistics.median(_import_ms() for _ in range(SECOND_STARTS))
    times = []
    for number in range(SECOND_STARTS):
        started, ready_ms = _start(folder)
        times.append(ready_ms)
        if number < SECOND_STARTS - 1:
            _stop(started)
    yield _row("first start with the demo city, ms", first_ms, bare_ms, 0)
    yield _row("second start until ready, ms (median)", int(statistics.median(times)), bare_ms, START_SECONDS_TARGET_MS)
    command = [sys.executable, "-m", "services.operator", "--data", str(folder), "demo"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    mine = _pss_mb(os.getpid())
    total = sum(_pss_mb(pid) for pid in _tree(started.pid))
    yield _row("memory after the demo flow, MB (sum of PSS)", total, mine, MEMORY_TARGET_MB)
    _stop(started)


def _row(name: str, value: int, yardstick: float, target: int) -> dict[str, Any]:
    ratio = f"{value / yardstick:.1f}" if yardstick else None
    met = value <= target if target else None
    return {"name": name, "value": value, "yardstick": int(yardstick), "ratio": ratio, "target": target, "met": met}


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.monotonic()
    command = [sys.executable, "-m", "services.embedded", "run", "--data", str(folder), "--port", str(port)]
    started = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
    while time.monotonic() - began < WAIT_SECONDS_MAX:
        if started.poll() is not None:
            raise SystemExit("the platform did not start")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return started, int((time.monotonic() - began) * 1000)
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the platform did not become ready")


def _stop(started: subprocess.Popen[bytes]) -> None:
    started.send_signal(signal.SIGINT)
    started.wait(30)


def _import_ms() -> int:
    """Return how long this machine takes to import all services: the yardstick of a start."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import services.embedded.start"], cwd=ROOT, check=True)
    return int((time.monotonic() - began) * 1000)


def _tree(root: int) -> list[int]:
    """Return a process and all its descendants, database included."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def _pss_mb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) // 1024


if __name__ == "__main__":
    main()
