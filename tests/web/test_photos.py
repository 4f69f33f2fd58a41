"""A volunteer's photograph, from her telephone to an elder's page: made small on the way, gone when taken back."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from libs.http.framing import BODY_MAX_BYTES
from tests.web.conftest import Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser

WIDTH = "document.querySelector('main img.portrait').naturalWidth"
SHOWN = "main img.portrait"


def _as_a_telephone_takes_it() -> bytes:
    """Return a picture that is far larger than may be sent: noise is what no JPEG makes small."""
    side, written = 1600, io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).resize((2400, 2400)).save(written, "JPEG")
    return written.getvalue()


def test_an_elder_sees_the_face_of_who_comes(window: Windows, scene: Scene) -> None:
    taken, volunteer = _as_a_telephone_takes_it(), window().sign_in("min")
    assert len(taken) > 2 * BODY_MAX_BYTES
    who_comes = f"/elder/orders/{scene.id_of('next')}"

    page = volunteer.open("/me")
    page.set_input_files("#f-photo", {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": taken})
    page.wait_for_selector("form[action='/me/photo'] button:not([disabled])")
    volunteer.press("form[action='/me/photo'] button")
    elder = window().sign_in("lan")
    shown = elder.open(who_comes)
    shown.wait_for_load_state("load")

    assert shown.evaluate(WIDTH) == 480
    volunteer.press("form[action='/me/photo/removal'] button")
    assert elder.open(who_comes).query_selector(SHOWN) is None
    assert volunteer.page.query_selector(SHOWN) is None
