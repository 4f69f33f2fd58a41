"""A service that stops under an open page: its part closes, nothing typed is lost, what is sent again counts once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from libs.clock import ManualClock
from services.web.app import create_app
from services.web.clients.transport import ApiAnswer, ApiRequest, HttpTransport, ServiceAwayError
from services.web.parts import WebParts
from tests.web.conftest import Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


@dataclass
class CutTransport:
    """The way to the API, of which some paths can be cut."""

    inner: HttpTransport
    cut: set[str] = field(default_factory=set)

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Send a request, unless its way is cut."""
        if any(wanted.path.startswith(path) for path in self.cut):
            raise ServiceAwayError
        return self.inner.send(wanted)


@pytest.fixture
def transport(scene: Scene) -> CutTransport:
    return CutTransport(HttpTransport(scene.url))


@pytest.fixture
def pages(scene: Scene, transport: CutTransport, tmp_path: Path) -> Iterator[str]:
    """The pages apart from the platform, as they are where every service is a process of its own."""
    app = create_app(
        WebParts(
            api=transport,
            sessions_file=tmp_path / "sessions.sqlite",
            secret=b"a secret of this test, long enough",
            clock=ManualClock(scene.platform.folder / "clock"),
            programme_name="互助时间平台",
            desk_phone="0000 1234 5678",
            secure_cookies=False,
        )
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_a_service_that_is_away_closes_its_part_and_no_more(
    window: Windows, pages: str, transport: CutTransport
) -> None:
    opened = window(language="en", at=pages).sign_in("lan")
    whole = opened.open("/elder").inner_text("main")

    transport.cut.add("/v1/wallets")
    without_the_ledger = opened.open("/elder").inner_text("main")
    transport.cut.clear()

    assert "does not answer" not in whole
    assert "does not answer" in without_the_ledger
    assert "What comes next" in without_the_ledger


def test_what_was_typed_while_a_service_stopped_is_still_there_and_counts_once(
    window: Windows, pages: str, transport: CutTransport, scene: Scene
) -> None:
    opened = window(language="en", at=pages).sign_in("e5")
    before = len(scene.get("e5", "/v1/orders", person=scene.id_of("e5"))["items"])
    opened.open("/elder/ask/C2")
    opened.page.click("summary")
    opened.page.select_option("#f-day", index=4)  # In the next week: there is a limit to each.
    opened.page.fill("#f-minutes", "1:15")

    transport.cut.add("/v1/redemptions")
    opened.press("button[value=chosen]")
    told, kept = opened.text, opened.page.input_value("#f-minutes")
    transport.cut.clear()
    opened.press("button[value=chosen]")

    assert "does not answer" in told
    assert kept == "1:15"
    after = scene.get("e5", "/v1/orders", person=scene.id_of("e5"))["items"]
    assert len(after) == before + 1
    assert "75" in {str(order["minutes"]) for order in after}


def test_whoever_signs_in_while_accounts_is_away_is_told_so(
    window: Windows, pages: str, transport: CutTransport
) -> None:
    opened = window(language="en", at=pages)
    page = opened.open("/sign-in")
    transport.cut.add("/v1/sessions")

    page.fill("#f-login", "anybody")
    page.fill("#f-password", "whatever-it-was")
    page.click("button.big")

    assert "does not answer" in opened.text
