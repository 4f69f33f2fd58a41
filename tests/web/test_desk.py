"""The coordinator clears her queue: by one button, by keys, without a script, and beside a colleague."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import DESK, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


def _state(scene: Scene, label: str) -> str:
    return str(scene.get("coord", f"/v1/orders/{scene.id_of(label)}")["state"])


def _box(scene: Scene, label: str) -> str:
    return f"#c-{scene.id_of(label)}"


def test_an_approval_can_be_taken_back_before_anything_is_sent(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("coord")
    desk.open("/desk/approvals")

    desk.page.check(_box(scene, "s0"))
    desk.page.click("button[value=chosen]")
    assert "Approving 1 in" in desk.text
    desk.page.click("#undo-back")

    assert desk.page.is_hidden("#undo")
    assert _state(scene, "s0") == "confirmed"


def test_by_keys_alone_a_line_is_chosen_and_approved(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("coord")
    page = desk.open("/desk/approvals?by=day")
    first = page.get_attribute(".line", "id")
    assert first is not None

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("a")
    page.click("#undo-now")
    page.wait_for_selector("#results")

    assert "1 approved" in desk.text
    state = scene.get("coord", f"/v1/orders/{first.removeprefix('line-')}")["state"]
    assert state in ("approved", "settled")


def test_two_coordinators_on_one_queue_approve_each_line_once(window: Windows, scene: Scene) -> None:
    first, second = (
        window(size=DESK, language="en").sign_in("coord"),
        window(size=DESK, language="en").sign_in("coord_b"),
    )
    for desk in (first, second):
        desk.open("/desk/approvals")
        desk.page.check(_box(scene, "s3"))

    for desk in (first, second):
        desk.page.click("button[value=chosen]")
        desk.page.click("#undo-now")
        desk.page.wait_for_selector("#results")

    assert "1 approved" in first.text
    assert "0 approved" in second.text
    assert "1 left where they are" in second.text
    assert re.search(r"state|not allowed", second.page.inner_text("#results"))


def test_without_a_script_one_is_asked_before_it_is_sent_and_a_double_click_has_one_effect(
    window: Windows, scene: Scene
) -> None:
    desk = window(size=DESK, language="en", script=False).sign_in("coord")
    desk.open("/desk/approvals")
    desk.page.check(_box(scene, "s5"))
    desk.press("button[value=chosen]")
    assert "Nothing was sent yet" in desk.text
    assert _state(scene, "s5") == "confirmed"

    desk.page.dblclick("form[action='/desk/approvals'] button")
    desk.page.wait_for_selector("#results")

    assert "1 approved" in desk.text
    assert _state(scene, "s5") in ("approved", "settled")


def test_what_has_flags_stays_and_the_desk_says_why(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("coord")
    page = desk.open("/desk/approvals?show=flagged")
    page.click("button[value=shown]")
    page.click("#undo-now")
    page.wait_for_selector("#results")

    assert "0 approved" in desk.text
    assert "1 left where they are" in desk.text
    assert _state(scene, "weak") == "confirmed"


def test_hours_are_refused_with_a_reason_and_without_one_nothing_happens(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("coord")
    page = desk.open(f"/desk/orders/{scene.id_of('s7')}")
    assert "These two met" in desk.text or "for the first time" in desk.text

    page.fill("textarea[name=why]", "Nobody was there")
    desk.press("button.bad")

    assert "Refused" in desk.text
    assert _state(scene, "s7") == "rejected"


def test_all_that_is_clean_is_approved_in_a_few_inputs(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en").sign_in("coord")

    desk.press("a[href='/desk/approvals']")
    desk.press("a[href*='show=clean']")
    desk.page.click("button[value=shown]")
    desk.page.click("#undo-now")
    desk.page.wait_for_selector("#results")

    assert "left where they are" not in desk.text
    assert scene.get("coord", "/v1/approval-queue")["items"][0]["flags"]


def test_the_street_settles_what_was_signed_once_and_decides_a_dispute(window: Windows, scene: Scene) -> None:
    street = window(size=DESK, language="en").sign_in("check")
    page = street.open("/street")
    assert "30 min" in page.inner_text("#disputes ~ article")

    page.fill(f"#m-{scene.id_of('argued')}", "0:45")
    page.fill(f"#f-d-{scene.id_of('argued')}", "Both were called")
    street.press("#disputes ~ article button")
    assert "Decided" in street.text

    street.press("button[value=yes]")
    assert "Settled" in street.text
    assert _state(scene, "signed") in ("approved", "settled")
