"""The page on which an engineer tries the API: it begins with what was recorded, and a shell is given what it sends."""

from __future__ import annotations

import json
import shlex

import pytest

from libs.contracts.api import examples
from libs.ids import new_id
from tests.web.conftest import DESK, Windows

pytestmark = pytest.mark.browser


def test_an_operation_begins_with_its_recorded_example_and_a_shell_sends_the_same(window: Windows) -> None:
    opened = window(size=DESK, language="en", permissions=["clipboard-read", "clipboard-write"])
    page = opened.open("/docs")
    page.wait_for_selector("#operations details")  # The document is fetched first.
    page.fill("#filter", "put /v1/orders/{order_id} ")
    box = page.locator("details:not([hidden])")
    box.locator("summary").click()
    box.locator("input[name=order_id]").fill(order_id := str(new_id()))
    body = box.locator("textarea").input_value()

    box.locator("button.quiet").click()
    box.locator("button.quiet", has_text="Copied").wait_for()
    shell = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    with page.expect_request(f"**/v1/orders/{order_id}") as asked:
        box.locator("button:not(.quiet)").click()

    assert json.loads(body) == examples()["place_order"]["request"]
    assert asked.value.post_data == body
    assert shell[shell.index("-d") + 1] == body
    assert (shell[2], shell[-1]) == ("PUT", asked.value.url)
    headers = dict(shell[at + 1].split(": ", 1) for at, word in enumerate(shell) if word == "-H")
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    sent = asked.value.headers
    assert len(headers.pop("Idempotency-Key")) == len(sent["idempotency-key"])  # Each press is a command of its own.
    assert headers == {name: sent[name.lower()] for name in ("Accept-Language", "Prefer", "Content-Type")}
