"""The volunteer's telephone at the door with the network cut: what was done is kept, and sent once when it is back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from libs.ids import new_id
from tests.web.conftest import Window, Windows, fresh_scene
from tests.web.scene import Scene, _asked

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A scene of these journeys' own."""
    with fresh_scene() as opened:
        yield opened


NUMBERS = itertools.count(1)
POLL_MS, POLLS_MAX = 200, 75
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  if (!(await indexedDB.databases()).length) return false;
  const asked = indexedDB.open("door");
  const base = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const all = base.transaction("keys").objectStore("keys").getAll();
  const keys = await new Promise((done) => { all.onsuccess = () => { base.close(); done(all.result); }; });
  const page = await caches.match("/door");
  return keys.length === 1 && keys[0].id.length === 43 && !keys[0].privateKey.extractable && !!page;
}"""
LEFT = """async () => {
  const bases = (await indexedDB.databases()).map((base) => base.name);
  return [bases.length, (await caches.keys()).length];
}"""


@dataclass(frozen=True)
class Visit:
    """A visit that is about to begin, with yun on her way."""

    scene: Scene
    label: str
    elder: str

    @property
    def order_id(self) -> str:
        return self.scene.id_of(self.label)

    @property
    def code(self) -> str:
        return str(self.scene.get(self.elder, f"/v1/orders/{self.order_id}/door-code")["code"])

    def order(self, by: str = "coord") -> dict[str, Any]:
        """Return the order as somebody sees it."""
        order: dict[str, Any] = self.scene.get(by, f"/v1/orders/{self.order_id}")
        return order

    def play(self, verb: str, **more: Any) -> None:
        """Have something done to it."""
        made = self.scene.run._attempt(verb, {verb: self.label, **more}, f"{verb}/{self.label}")
        if made.identity is not None:
            self.scene.run.world.ids[self.label] = made.identity
        code, _ = self.scene.run._send(made)
        assert code is None, (verb, code)
        self.scene.run.client.settle()


@pytest.fixture
def visit(scene: Scene) -> Iterator[Visit]:
    """A visit at ten past five; it is over when the test is."""
    elder = f"e{2 + next(NUMBERS) % 8}"
    made = Visit(scene, f"door/{new_id()}", elder)
    asked = _asked(made.label, elder, "B1", "D4 17:10", "", 30)
    made.play("request_redemption", **{name: asked[name] for name in ("by", "for", "service", "minutes", "start")})
    made.play("take", by="yun")
    yield made
    state = made.order()["state"]
    if state == "in_service":
        made.play("check_out", by="yun")
    elif state == "taken":
        made.play("withdraw", by="yun")


def _ready(window: Window) -> Page:
    """Open the page at the door, and wait until this device has a key and keeps the page."""
    page = window.open("/door")
    for _ in range(POLLS_MAX):
        if page.evaluate(KEPT):
            return page
        page.wait_for_timeout(POLL_MS)
    raise AssertionError("this device keeps no page, or has no key")


def _check_in(page: Page, visit: Visit, code: str) -> None:
    form = page.locator(f"form[data-act=check_in][data-order='{visit.order_id}']")
    form.locator("input[name=code]").fill(code)
    form.locator("button").click()


def test_a_check_in_without_a_network_is_kept_and_sent_once(window: Windows, scene: Scene, visit: Visit) -> None:
    yun = window(language="en").sign_in("yun")
    sent: list[Request] = []
    yun.context.on("request", lambda asked: sent.append(asked) if asked.url.endswith("/door/acts") else None)
    code = visit.code
    page = _ready(yun)

    yun.context.set_offline(True)
    page.reload()
    assert "As of" in page.inner_text("#door-as-of")
    _check_in(page, visit, code)
    page.wait_for_selector("li[data-state=unsent]")
    assert "Not yet checked: the code at the door, the place, and the times" in yun.text
    page.reload()
    page.wait_for_selector("li[data-state=unsent]")
    second = yun.context.new_page()
    second.goto(f"{scene.url}/door")
    second.wait_for_selector("li[data-state=unsent]")
    assert visit.order()["state"] == "taken"

    yun.context.set_offline(False)
    page.wait_for_selector("li[data-state=done]")
    assert "Counted" in yun.text
    for cut in (True, False):
        yun.context.set_offline(cut)
    second.reload()
    second.wait_for_selector("#door-as-of", state="hidden")
    page.reload()
    page.wait_for_timeout(500)

    assert len([asked for asked in sent if asked.method == "POST"]) == 1
    order = visit.order()
    assert (order["state"], order["volunteers"][0]["evidence"]) == ("in_service", ["device_key", "door_code"])


def test_a_session_that_ended_meanwhile_is_asked_for_and_then_it_is_sent(
    window: Windows, scene: Scene, visit: Visit
) -> None:
    yun = window(language="en").sign_in("yun")
    code = visit.code
    page = _ready(yun)
    yun.context.set_offline(True)
    _check_in(page, visit, code)
    page.wait_for_selector("li[data-state=unsent]")

    yun.context.clear_cookies()
    yun.context.set_offline(False)
    page.wait_for_selector("#door-sign-in:not([hidden])")
    page.click("#door-sign-in a")
    page.fill("#f-login", scene.login("yun"))
    page.fill("#f-password", scene.password)
    page.click("button.big")

    page.wait_for_selector("li[data-state=done]")
    assert page.url.endswith("/door")
    assert visit.order()["state"] == "in_service"


def test_with_a_network_it_is_an_ordinary_check_in(window: Windows, scene: Scene, visit: Visit) -> None:
    yun = window(language="zh").sign_in("yun")
    page = _ready(yun)

    _check_in(page, visit, visit.code)
    page.wait_for_selector("form[data-act=check_out][data-begun]")

    [part] = visit.order()["volunteers"]
    assert part["evidence"] == ["door_code"]


def test_what_is_refused_is_said_in_words_with_what_to_do(window: Windows, scene: Scene, visit: Visit) -> None:
    yun = window(language="en").sign_in("yun")
    right = visit.code
    page = _ready(yun)
    yun.context.set_offline(True)
    _check_in(page, visit, f"{(int(right) + 1) % 1_000_000:06}")
    page.wait_for_selector("li[data-state=unsent]")

    yun.context.set_offline(False)

    page.wait_for_selector("li[data-state=refused]")
    assert "Not the door code of this order" in yun.text
    assert "paper slip" in yun.text


def test_signing_out_leaves_nothing_on_the_device(window: Windows, scene: Scene, visit: Visit) -> None:
    yun = window(language="en").sign_in("yun")
    page = _ready(yun)
    yun.context.set_offline(True)
    _check_in(page, visit, "123456")
    page.wait_for_selector("li[data-state=unsent]")
    yun.context.set_offline(False)
    page.wait_for_selector("li[data-state=refused]")

    yun.open("/me")
    page.click("form[action='/sign-out'] button")
    page.wait_for_selector("text=You are signed out")

    assert page.evaluate(LEFT) == [0, 0]


def test_a_lost_device_is_revoked_on_ones_own_page(window: Windows, scene: Scene, visit: Visit) -> None:
    lost = window(language="en").sign_in("yun")
    page = _ready(lost)
    lost.context.set_offline(True)
    _check_in(page, visit, visit.code)
    page.wait_for_selector("li[data-state=unsent]")
    yun = window(language="en").sign_in("yun")
    yun.open("/me")
    while yun.page.locator("form[action^='/me/devices/']").count():  # Those of the journeys before, too.
        yun.page.locator("details:has(form[action^='/me/devices/']) summary").first.click()
        yun.page.fill("#device-1", scene.password)
        yun.press("form[action^='/me/devices/'] >> nth=0 >> button")
        assert "The device is revoked" in yun.text
    scene.run.client.settle()  # Orders hears of it a moment later.

    lost.context.set_offline(False)

    page.wait_for_selector("li[data-state=refused]")
    assert "revoked" in lost.text
    assert visit.order()["state"] == "taken"


def test_the_app_can_be_put_on_a_telephones_first_screen(window: Windows) -> None:
    yun = window(language="zh").sign_in("yun")
    page = yun.open("/door")

    said = page.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")

    assert (said["start_url"], said["display"], said["scope"]) == ("/door", "standalone", "/")
    assert page.evaluate(f"async () => (await fetch('{said['icons'][0]['src']}')).status") == 200
