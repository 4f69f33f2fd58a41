"""Somebody applies on her telephone, and two at the desk make her a volunteer who signs in."""

from __future__ import annotations

import pytest

from tests.support.applying import code_sent_to
from tests.web.conftest import DESK, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser
NUMBER = "13900000077"


def test_a_volunteer_applies_on_a_phone_and_two_at_the_desk_admit_her(window: Windows, scene: Scene) -> None:
    outbox = scene.platform.folder / "sent-codes"
    before = set(outbox.glob("*.txt")) if outbox.exists() else set()
    phone = window(language="en")
    phone.open("/apply")
    phone.page.fill("#f-phone_number", NUMBER)
    phone.press("button.big")
    phone.page.fill("#f-code", code_sent_to(outbox, NUMBER, after=before))
    phone.press("button.big")
    phone.page.fill("#f-name", "林晓")
    phone.page.fill("#f-born", "1990-01-01")
    phone.page.select_option("#f-unit_id", scene.unit_of("k1"))
    phone.page.check("input[name=services][value=B1]")
    phone.page.check("input[name=hours][value='6-morning']")
    phone.page.check("input[name=agrees]")
    phone.press("button.big")
    assert "Thank you" in phone.text
    assert "the document is to be seen" in phone.text

    desk = window(size=DESK, language="en").sign_in("coord")
    desk.open("/applicants")
    desk.press("article a >> text=林晓")
    desk.page.fill("#f-number", "110101199001010015")
    desk.press("form[action$='/identity'] button")
    day = scene.run.story.day("D1").isoformat()
    for name, field in (("agreement", "#f-agreed"), ("training", "#f-trained")):
        desk.page.fill(field, day)
        desk.press(f"#{name} button")
    desk.press("#signature button")
    assert "A second person decides" in desk.text

    second = window(size=DESK, language="en").sign_in("coord_b")
    second.open(desk.page.url.removeprefix(scene.url))
    second.press("#decision button[value=yes]")
    assert "She is a volunteer now" in second.text

    phone.open("/apply")
    assert "a volunteer" in phone.text
