"""Somebody applies to be a volunteer of a running platform: her code is read where the platform writes it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import urllib3

from libs.ids import new_id

SECONDS_MAX = 10.0


def code_sent_to(outbox: Path, number: str, *, after: set[Path]) -> str:
    """Return the code that a number was sent, beside the files that were there before."""
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        for path in sorted(set(outbox.glob(f"*-{number[-4:]}.txt")) - after):
            words = path.read_text().split()
            if words and words[0] == number:
                return words[1]
        time.sleep(0.05)
    raise AssertionError("no code was sent")


def apply(url: str, outbox: Path, *, number: str, unit_id: str, name: str = "林晓") -> str:
    """Apply by the public API and return the application's id."""
    http = urllib3.PoolManager(retries=False)

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = http.request(method, f"{url}/v1/applications/{path}", json=body, timeout=30)
        assert answer.status < 300, (path, answer.status, answer.data)
        return json.loads(answer.data)

    before = set(outbox.glob("*.txt")) if outbox.exists() else set()
    ask("POST", "codes", {"phone_number": number})
    code = code_sent_to(outbox, number, after=before)
    said = {
        "ticket": ask("POST", "tickets", {"phone_number": number, "code": code})["ticket"],
        "name": name,
        "born": "1990-01-01",
        "sex": "female",
        "unit_id": unit_id,
        "services": ["B1"],
        "hours": [{"weekday": 6, "begins": "09:00", "ends": "11:30"}],
        "privacy_version": ask("GET", "privacy-text")["version"],
    }
    return str(ask("PUT", str(new_id()), said)["application_id"])
