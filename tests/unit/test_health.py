"""Whether a process lives is answered while whoever asks whether it is ready waits."""

from __future__ import annotations

import threading
import urllib.request
from typing import Any

from libs.http.health import serve_health


def test_a_process_whose_database_hangs_is_alive() -> None:
    hangs, asked = threading.Event(), threading.Event()

    def hanging() -> str | None:
        asked.set()
        hangs.wait(60)
        return None

    server = serve_health("127.0.0.1", 0, {"database": hanging})
    url = f"http://127.0.0.1:{server.server_port}"
    waiting = threading.Thread(target=_get, args=(f"{url}/readyz",), daemon=True)
    waiting.start()
    try:
        assert asked.wait(60)

        assert _get(f"{url}/livez") == b'{"status": "alive"}'
        assert b"process_" in _get(f"{url}/metrics")
        assert waiting.is_alive()
    finally:
        hangs.set()
        waiting.join(60)
        server.shutdown()
        server.server_close()


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()
