"""The elder, her daughter, the volunteer and the telephone desk: the main journey of each, on a phone."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import DESK, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


def test_an_elder_asks_in_two_steps_and_four_touches(window: Windows, scene: Scene) -> None:
    elder = window(language="en").sign_in("e8")

    elder.press("a[href='/elder/ask']")
    elder.press("a[href='/elder/ask/B1']")
    elder.press("button[value=morning]")

    assert re.search(r"/elder/orders/[0-9a-f-]{36}$", elder.page.url)
    order = scene.get("e8", f"/v1/orders/{elder.page.url.rsplit('/', 1)[1]}")
    assert (order["service"], order["start"]) == ("B1", "2026-03-06T01:00:00Z")


def test_an_elder_asks_without_a_script_and_for_longer_in_her_own_words(window: Windows, scene: Scene) -> None:
    elder = window(language="zh", script=False).sign_in("e9")

    elder.open("/elder/ask/C2")
    elder.page.click("summary")
    elder.page.fill("#f-minutes", "一个半小时")
    elder.press("button[value=chosen]")

    order = scene.get("e9", f"/v1/orders/{elder.page.url.rsplit('/', 1)[1]}")
    assert order["minutes"] == 90


def test_what_cannot_be_done_is_said_in_words_and_what_was_typed_is_still_there(window: Windows) -> None:
    elder = window(language="en").sign_in("lan")
    elder.open("/elder/ask/C1")
    elder.page.click("summary")
    elder.page.fill("#f-minutes", "9:30")

    elder.press("button[value=chosen]")

    assert elder.page.input_value("#f-minutes") == "9:30"
    assert "limits" in elder.page.inner_text("#problem") or "minutes" in elder.page.inner_text("#problem")


def test_an_elder_sees_who_comes_what_to_read_out_and_says_that_it_was_good(window: Windows, scene: Scene) -> None:
    elder = window(language="en").sign_in("lan")
    page = elder.open(f"/elder/orders/{scene.id_of('next')}")
    assert "陈志强" in elder.text
    code = page.inner_text(".code-word").strip()
    assert code == scene.get("lan", f"/v1/orders/{scene.id_of('next')}/door-code")["code"]

    elder.open("/elder")
    elder.press("a.sun[href^='/elder/orders/']")
    elder.press("button[value=good]")

    assert "Thank you" in elder.text
    assert scene.get("coord", f"/v1/orders/{scene.id_of('today')}")["rating"] == 5


def test_a_session_that_ends_in_the_middle_of_a_form_comes_back_to_it(window: Windows, scene: Scene) -> None:
    elder = window(language="en").sign_in("lan")
    elder.open("/elder/ask/B1")
    elder.page.click("summary")
    elder.page.fill("#f-minutes", "1:15")
    other = window(language="en").sign_in("lan")
    other.open("/me")
    other.press("form[action='/sign-out/everywhere'] button")

    elder.press("button[value=chosen]")
    assert "Your session ended while you were typing" in elder.text
    elder.page.fill("#f-login", scene.login("lan"))
    elder.page.fill("#f-password", scene.password)
    elder.press("form[action='/sign-in'] button.big")

    assert elder.page.url.endswith("/elder/ask/B1")
    assert elder.page.input_value("#f-minutes") == "1:15"


def test_a_volunteer_takes_serves_at_the_door_and_sees_hours_and_credit_apart(window: Windows, scene: Scene) -> None:
    volunteer = window(language="en").sign_in("hao")
    order = scene.id_of("open0")

    volunteer.press(f"form[action='/volunteer/orders/{order}/take'] button")
    scene.run.client.settle()  # The name is shown a moment later.
    volunteer.open(f"/volunteer/orders/{order}")
    assert "孙桂芝" in volunteer.text
    scene.run.client.advance(scene.run.story.instant("D5 10:00"))
    code = scene.get("e5", f"/v1/orders/{order}/door-code")["code"]
    volunteer.open(f"/volunteer/orders/{order}")
    volunteer.page.fill("#f-code", code)
    volunteer.press("form[action$='/check-in'] button")
    assert "You are there since 10:00" in volunteer.text
    scene.run.client.advance(scene.run.story.instant("D5 11:04"))
    volunteer.open(f"/volunteer/orders/{order}")
    volunteer.press("form[action$='/check-out'] button")

    assert "1 h 4 min" in volunteer.text
    volunteer.open("/volunteer/time")
    assert "My hours" in volunteer.text
    assert "My credit" in volunteer.text


def test_a_receipt_is_read_saved_and_checked_in_the_same_browser(window: Windows, scene: Scene) -> None:
    volunteer = window(language="en").sign_in("min")
    volunteer.open(f"/volunteer/receipts/{scene.receipt_id}")
    receipt = volunteer.page.text_content("pre")
    assert receipt is not None

    page = volunteer.open("/check")
    trust = volunteer.context.request.get(f"{scene.url}/v1/logs/{scene.unit_of('d1')}/trust").text()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#receipt", receipt)
    page.fill("#trust", trust)
    page.click("#check button[type=submit], #check > button")
    page.wait_for_selector(".verdict.good")
    assert "The receipt holds." in volunteer.text
    page.fill("#receipt", receipt.replace("A", "B", 3))
    page.click("#check > button")
    page.wait_for_selector(".verdict.bad")
    assert asked == []


def test_a_volunteer_gives_time_to_her_mother_and_has_her_visits_as_a_calendar(window: Windows, scene: Scene) -> None:
    daughter = window(language="en").sign_in("ann")
    daughter.open("/volunteer/gift")
    daughter.page.fill("#f-minutes", "1小时")
    daughter.press("form[action='/volunteer/gift'] button")
    assert "Given." in daughter.text

    volunteer = window(language="en").sign_in("min")
    answer = volunteer.context.request.get(f"{scene.url}/volunteer/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in answer.text()
    assert "兰桂英" not in answer.text()


def test_a_daughter_sees_her_mothers_next_visit_and_asks_for_her(window: Windows, scene: Scene) -> None:
    daughter = window(language="en").sign_in("ann")
    daughter.open("/family")
    assert "兰桂英" in daughter.text

    daughter.open(f"/family/{scene.id_of('lan')}")
    daughter.page.select_option("#f-service", "B1")
    daughter.page.select_option("#f-day", index=4)
    daughter.press("form[action$='/ask'] button")

    assert "Asked for." in daughter.text, daughter.text


def test_the_telephone_desk_places_an_order_in_six_inputs(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("op")
    desk.open("/calls")

    desk.page.fill("#f-q", "冯素琴")
    desk.press("form[role=search] button")
    desk.page.select_option("#f-service", "B1")
    desk.page.select_option("#f-day", index=5)
    desk.page.fill("#f-words", "她想有人陪着说说话")
    desk.press("form[action$='/ask'] button")

    assert "The order is placed" in desk.text
