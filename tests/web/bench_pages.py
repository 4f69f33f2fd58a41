"""Measure each page: bytes, time, the API calls under it and their time (`make bench-pages`).

The pages run in this process over the real API of a platform, so that the time of a page and of what it asked for are
told apart; the yardstick of a page is the time of its API calls.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from libs.clock import ManualClock, monotonic
from services.web.app import create_app
from services.web.clients.transport import ApiAnswer, ApiRequest, HttpTransport
from services.web.parts import WebParts
from tests.web.pages_of import PATHS, ids_of, paths_of
from tests.web.scene import Scene, open_scene

ROUNDS = 7
RATIO_TARGET = 1.5
OWN_MS_TARGET = 20
"""What a page may take beside its calls where these are so quick that no page is rendered within half their time."""
BYTES_TARGET = 100_000
BUILD = Path("build/bench/pages.json")


@dataclass
class TimedTransport:
    """Notes how many requests a page makes and how long they take."""

    inner: HttpTransport
    seconds: list[float] = field(default_factory=list)

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Send a request and note its time."""
        began = monotonic()
        answer = self.inner.send(wanted)
        self.seconds.append(monotonic() - began)
        return answer


def main() -> None:
    """Print the table, and write build/bench/pages.json."""
    with tempfile.TemporaryDirectory(prefix="timebank-web-") as place:
        Path(place).chmod(0o755)
        with open_scene(Path(place)) as scene:
            rows = list(_measured(scene, Path(place)))
    print(f"{'page':<44}{'bytes':>8}{'ms':>8}{'calls':>7}{'API ms':>8}{'own ms':>8}{'ratio':>7}")
    for row in rows:
        print(
            f"{row['name']:<44}{row['bytes']:>8}{row['value']:>8}{row['calls']:>7}{row['yardstick']:>8}{row['own']:>8}{row['ratio']:>7}"
        )
    BUILD.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": sys.version.split()[0]}
    BUILD.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


def _measured(scene: Scene, folder: Path) -> Iterator[dict[str, Any]]:
    transport = TimedTransport(HttpTransport(scene.url))
    app = create_app(
        WebParts(
            api=transport,
            sessions_file=folder / "bench.sqlite",
            secret=b"x" * 32,
            clock=ManualClock(scene.platform.folder / "clock"),
            programme_name="bench",
        )
    )
    assets, ids = _asset_bytes(app.test_client()), ids_of(scene)
    for who in PATHS:
        client = app.test_client()
        if who != "nobody":
            _sign_in(client, scene, who)
        for path in paths_of(who, ids):
            yield _row(client, transport, path, name=f"{who} {path.partition('-')[0][:38]}", assets=assets)


def _row(client: FlaskClient, transport: TimedTransport, path: str, *, name: str, assets: int) -> dict[str, Any]:
    pages, asked, calls, size = [], [], 0, 0
    for _ in range(ROUNDS):
        transport.seconds.clear()
        began = monotonic()
        size = len(client.get(path).data)
        pages.append(monotonic() - began)
        asked.append(sum(transport.seconds))
        calls = len(transport.seconds)
    page, api = statistics.median(pages), statistics.median(asked)
    ratio = round(page / api, 2) if api else None
    return {
        "name": name,
        "value": round(page * 1000),
        "yardstick": round(api * 1000),
        "ratio": ratio if ratio is not None else "-",
        "target": RATIO_TARGET,
        "own": round((page - api) * 1000),
        "met": ratio is None or ratio <= RATIO_TARGET or (page - api) * 1000 <= OWN_MS_TARGET,
        "bytes": size + assets,
        "bytes_met": size + assets < BYTES_TARGET,
        "calls": calls,
    }


def _asset_bytes(client: FlaskClient) -> int:
    """Return what every page loads beside itself: style, icons, one script."""
    names = ("tokens.css", "style.css", "icons.svg", "mark.svg", "once.js")
    return sum(len(client.get(f"/assets/{name}").data) for name in names)


def _sign_in(client: FlaskClient, scene: Scene, who: str) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "login": scene.login(who), "password": scene.password}
    assert client.post("/sign-in", data=form).status_code == 303, who


if __name__ == "__main__":
    main()
