"""Papers and their codes: whoever scans one learns in the browser whether it holds, and nothing is sent anywhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from playwright.sync_api import Request
from pypdf import PdfReader

from libs.clock import monotonic
from tests.web.conftest import Window, Windows, fresh_scene
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A scene of these journeys' own."""
    with fresh_scene() as opened:
        yield opened


MONTH = "2026-03"


def _slip(window: Windows, scene: Scene, who: str = "lan") -> Window:
    """Return the browser of somebody who looks at the elder's slip."""
    opened = window(language="en").sign_in(who)
    opened.open(f"/papers/{scene.id_of('lan')}/slip?month={MONTH}")
    return opened


def test_the_code_of_an_elders_slip_holds_and_nothing_is_sent_anywhere(window: Windows, scene: Scene) -> None:
    elder = _slip(window, scene)
    assert "16 h 30 min" in elder.text
    assert "陈志强" in elder.text
    link = elder.page.get_attribute(".check a.button", "href") or ""
    anybody = window(language="en")
    sent: list[Request] = []

    anybody.page.on("request", lambda request: sent.append(request))
    anybody.open(link)
    anybody.page.wait_for_selector("#verdict.good")

    assert anybody.page.inner_text("#minutes") == "990"
    assert scene.id_of("lan") in anybody.text
    assert all("#" not in request.url and "tlog" not in request.url for request in sent)
    assert {request.method for request in sent} == {"GET"}
    assert not [request.url for request in sent if "/v1/" in request.url]


def test_the_code_of_a_districts_sheet_holds_and_a_changed_one_does_not(window: Windows, scene: Scene) -> None:
    anybody = window(language="en")
    anybody.open("/supply")
    anybody.press("a[href^='/supply/']")
    link = anybody.page.get_attribute(".check a.button", "href") or ""

    anybody.open(link)
    anybody.page.wait_for_selector("#verdict.good")
    assert int(anybody.page.inner_text("#size")) > 10

    path, _, fragment = link.partition("#")
    fewer = re.sub(r"~(\d+)~", "~9~", fragment, count=1)
    anybody.page.goto("about:blank")
    anybody.open(f"{path}#{fewer}")
    anybody.page.wait_for_selector("#verdict.bad")
    assert not anybody.page.is_visible("#head")


@pytest.mark.parametrize("at", [60, 400, -40])
def test_a_code_that_was_tampered_with_does_not_hold(window: Windows, scene: Scene, at: int) -> None:
    link = _slip(window, scene).page.get_attribute(".check a.button", "href") or ""
    path, _, fragment = link.partition("#")
    other = "B" if fragment[at] != "B" else "C"
    anybody = window(language="en")

    anybody.open(f"{path}#{fragment[:at]}{other}{fragment[at:][1:]}")
    anybody.page.wait_for_selector("#verdict.bad")

    assert not anybody.page.is_visible("#balance")


def test_a_code_is_of_the_person_whom_it_names_and_of_nobody_else(window: Windows, scene: Scene) -> None:
    link = _slip(window, scene).page.get_attribute(".check a.button", "href") or ""
    anybody = window(language="en")

    anybody.open(link.replace(scene.id_of("lan"), scene.id_of("min")))
    anybody.page.wait_for_selector("#verdict.bad")

    assert "nobody with this number" in anybody.text


def test_without_a_script_the_page_says_what_can_be_done_instead(window: Windows) -> None:
    page = window(language="en", script=False)

    page.open("/check/paper")

    assert "verify.py" in page.text


def _certificate_link(window: Windows) -> str:
    """Have a certificate made by the volunteer, and return what its code opens."""
    volunteer = window(language="en").sign_in("min")
    volunteer.open("/volunteer/time")
    volunteer.press("a[href^='/papers/']")
    volunteer.press("form[action$='/certificates'] button")
    return volunteer.page.get_attribute(".check a.button", "href") or ""


def test_a_volunteer_has_a_certificate_made_and_whoever_scans_it_checks_it_on_their_device(
    window: Windows, scene: Scene
) -> None:
    link = _certificate_link(window)
    anybody = window(language="en")
    asked: list[str] = []

    anybody.page.on("request", lambda request: asked.append(request.url))
    anybody.page.goto(scene.url + link)
    anybody.page.wait_for_selector("#verdict.good")
    anybody.check()

    assert "95 minutes" in anybody.text
    assert scene.id_of("min") in anybody.text
    assert "The list of revoked certificates was asked just now" in anybody.text
    credential = link.partition("#v:")[2]
    assert credential.count(".") == 2
    assert not [url for url in asked if credential in url.partition("#")[0]]


def test_a_certificate_that_was_tampered_with_is_of_an_unknown_key_or_without_a_network_is_told_apart(
    window: Windows, scene: Scene
) -> None:
    link = _certificate_link(window)
    anybody = window(language="en")

    anybody.open(link[:-4] + ("AAAA" if link[-4:] != "AAAA" else "BBBB"))
    anybody.page.wait_for_selector("#verdict.bad")
    assert "its signature does not hold" in anybody.text

    other = "log timebank.local/certificates+20f3d717+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\nquorum none"
    anybody.page.goto("about:blank")
    anybody.open(link)
    anybody.page.wait_for_selector("#verdict.good")
    anybody.page.evaluate("text => { document.getElementById('own-trust').value = text; }", other)
    anybody.page.click("#again button")
    anybody.page.wait_for_selector("#verdict.bad")
    assert "no trust file here names" in anybody.text

    anybody.page.evaluate("document.getElementById('own-trust').value = ''")
    anybody.page.route("**/v1/certificates/status/*", lambda route: route.abort())
    anybody.page.click("#again button")
    anybody.page.wait_for_selector("#verdict.good")
    anybody.page.wait_for_selector("#asked:visible")
    assert "Without a network nobody can say" in anybody.text


def test_a_certificate_that_the_desk_revoked_is_refused_where_there_is_a_network(window: Windows, scene: Scene) -> None:
    link = _certificate_link(window)
    desk = window(language="en").sign_in("coord")
    desk.open(f"/papers/{scene.id_of('min')}")
    desk.page.fill("form[action$='/revocation'] input[name='why']", "hours were taken back")
    desk.press("form[action$='/revocation'] button")
    anybody = window(language="en")

    anybody.open(link)
    anybody.page.wait_for_selector("#verdict.bad")

    assert "revoked by whoever issued it" in anybody.text


def test_the_daughter_prints_her_mothers_slip_as_pdf(window: Windows, scene: Scene) -> None:
    daughter = window(language="en").sign_in("ann")
    daughter.open(f"/family/{scene.id_of('lan')}")
    daughter.press("a[href^='/papers/']")

    answer = daughter.context.request.get(f"{scene.url}/papers/{scene.id_of('lan')}/slip.pdf?month={MONTH}&lang=zh")

    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)
    assert "兰桂英" in text
    assert re.search(r"16\s*小时\s*30\s*分", text)
    again = daughter.context.request.get(f"{scene.url}/papers/{scene.id_of('lan')}/slip.pdf?month={MONTH}&lang=zh")
    assert again.body() == answer.body()


def test_the_platform_answers_while_twenty_documents_are_asked_for_at_once(window: Windows, scene: Scene) -> None:
    elder = window(language="en").sign_in("lan")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in elder.context.cookies())
    pool = urllib3.PoolManager(maxsize=24, retries=False)
    path = f"{scene.url}/papers/{scene.id_of('lan')}/slip.pdf"

    def ask(_number: int) -> int:
        return pool.request("GET", path, headers={"Cookie": cookies}).status

    with ThreadPoolExecutor(20) as asking:
        asked = [asking.submit(ask, number) for number in range(20)]
        slowest = 0.0
        while not all(answer.done() for answer in asked):
            began = monotonic()
            assert pool.request("GET", f"{scene.url}/livez").status == 200
            slowest = max(slowest, monotonic() - began)
    statuses = {answer.result() for answer in asked}

    assert 0 < slowest < 1
    assert 200 in statuses
    assert statuses <= {200, 503}


@pytest.mark.parametrize("paper", ["", "/slip", "/slip.pdf", "/statement", "/statement.pdf"])
def test_a_stranger_is_refused_every_paper(window: Windows, scene: Scene, paper: str) -> None:
    stranger = window(language="en").sign_in("min")

    answer = stranger.context.request.get(f"{scene.url}/papers/{scene.id_of('lan')}{paper}")

    assert answer.status == 403
