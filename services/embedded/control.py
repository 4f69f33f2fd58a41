"""Asks a running supervisor for something, from another process; imports nothing large, for it runs between stories."""

from __future__ import annotations

import json
import socket
from pathlib import Path

ANSWER_SECONDS_MAX = 60
RUN_FILE = "platform.json"
SECRET_FILE = "control.secret"


def ask_reset(root: Path) -> str:
    """Ask the supervisor of this data folder to empty its platform; return its answer.

    Raises:
        OSError: no platform runs there.
    """
    found = json.loads((root / "run" / RUN_FILE).read_text())
    secret = (root / "secrets" / SECRET_FILE).read_text()
    with socket.create_connection(("127.0.0.1", found["control_port"]), timeout=ANSWER_SECONDS_MAX) as connection:
        connection.sendall(f"{secret} reset\n".encode())
        return connection.recv(256).decode().strip()
