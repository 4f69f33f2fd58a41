"""A member of staff sets a second factor up, signs in with it, loses the telephone, and gets in by paper."""

from __future__ import annotations

from itertools import count

import pyotp
import pytest

from libs.clock import machine_now
from tests.web.conftest import DESK, Window, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


def _first_step(opened: Window, path: str) -> None:
    opened.open(path)
    opened.page.fill("#f-login", opened.scene.login("audit"))
    opened.page.fill("#f-password", opened.scene.password)
    opened.press("button.big")


@pytest.mark.parametrize("script", [False], ids=["without-script"])
def test_an_auditor_sets_one_up_and_signs_in_with_it_and_by_paper(
    window: Windows, scene: Scene, *, script: bool
) -> None:
    opened = window(size=DESK, language="en", script=script).sign_in("audit")
    opened.open("/me")
    opened.press("a[href='/me/second-factor']")
    opened.page.fill("#f-password", scene.password)
    opened.press("form[action='/me/second-factor'] button.big")
    totp = pyotp.TOTP(opened.page.inner_text("#secret").replace(" ", ""))
    steps = count(totp.timecode(machine_now()))
    opened.page.fill("#f-totp_code", totp.generate_otp(next(steps)))
    opened.press("button.big")
    paper = opened.page.inner_text("#recovery-codes").split()
    assert len(paper) == 10
    opened.press("form[action$='/kept'] button")
    assert "Recovery codes left" in opened.text

    other = window(size=DESK, language="en", script=script)
    _first_step(other, "/sign-in?next=/district?seen=1")
    assert other.page.locator("#f-totp_code").get_attribute("autocomplete") == "one-time-code"
    other.page.fill("#f-totp_code", "000000")
    other.press("form:has(#f-totp_code) button")
    assert "wrong or was used" in other.text
    other.page.fill("#f-totp_code", totp.generate_otp(next(steps)))
    other.press("form:has(#f-totp_code) button")
    assert other.page.url.endswith("/district?seen=1")

    lost = window(size=DESK, language="en", script=script)
    _first_step(lost, "/sign-in")
    lost.page.click("summary")
    lost.page.fill("#f-recovery_code", paper[0].upper())
    lost.press("form:has(#f-recovery_code) button")
    lost.open("/me/second-factor")
    assert "a recovery code used" in lost.text
    lost.page.click("details:has(#paper-remove) summary")
    lost.page.fill("#paper-remove", paper[1])
    lost.press("form[action$='/removal'] button")
    assert "removed" in lost.text
    _first_step(lost, "/sign-in")
    assert "/district" in lost.page.url
