"""What is called off, given back, or signed in to by a code: the ways that are not the main one."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.scenarios.client import ApiCall
from tests.web.conftest import Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


def asked_for(window: Windows, label: str) -> str:
    """Let an elder ask for company the day after, and return the order's id."""
    elder = window(language="en").sign_in(label)
    elder.open("/elder/ask/B1")
    elder.press("button[value=afternoon]")
    return elder.page.url.rsplit("/", 1)[1]


def test_an_elder_calls_it_off_and_pays_nothing(window: Windows, scene: Scene) -> None:
    before = held_minutes(scene, "e7")
    order_id = asked_for(window, "e7")
    elder = window(language="en", script=False).sign_in("e7")
    elder.open(f"/elder/orders/{order_id}")

    elder.page.click("summary")
    elder.press("form[action$='/cancel'] button")

    order = scene.get("e7", f"/v1/orders/{order_id}")
    assert (order["state"], order["late_cancelled"]) == ("cancelled", False)
    scene.run.client.settle()
    assert held_minutes(scene, "e7") == before


def held_minutes(scene: Scene, label: str) -> int:
    """Return how much of somebody's credit is set aside."""
    wallets = scene.get(label, "/v1/wallets", person=scene.id_of(label))["items"]
    return sum(wallet["held_minutes"] for wallet in wallets)


def test_a_volunteer_gives_it_back_with_a_reason_and_the_elder_sees_that_somebody_is_looked_for(
    window: Windows, scene: Scene
) -> None:
    order_id = asked_for(window, "e3")
    scene.run.client.settle()  # The credit is set aside before anybody can take it.
    volunteer = window(language="en").sign_in("ann")
    volunteer.open(f"/volunteer/orders/{order_id}")
    volunteer.press("form[action$='/take'] button")
    assert scene.get("e3", f"/v1/orders/{order_id}")["state"] == "taken"

    volunteer.page.click("summary")
    volunteer.page.fill("#f-why", "My child is ill.")
    volunteer.press("form[action$='/withdraw'] button")

    assert scene.get("e3", f"/v1/orders/{order_id}")["state"] == "published"
    elder = window(language="en").sign_in("e3")
    elder.open(f"/elder/orders/{order_id}")
    assert "We are looking for somebody" in elder.text


def test_one_signs_in_by_the_code_that_was_sent_and_by_no_other(window: Windows, scene: Scene) -> None:
    phone_number = registered_with_a_number(scene)
    opened = window(language="en")
    opened.open("/sign-in?by=code")
    opened.page.fill("#f-login", phone_number)
    opened.press("button.big")
    code = sent_code(scene)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    opened.page.fill("#f-code", wrong)
    opened.press("button.big")
    refused = opened.page.inner_text("#problem")
    opened.page.fill("#f-code", code)
    opened.press("button.big")

    assert refused
    assert opened.page.url.endswith("/elder")


def registered_with_a_number(scene: Scene) -> str:
    """Register an elder who has a telephone, and return its number."""
    number = f"1{uuid4().int % 10**10:010d}"
    body = {
        "names": {"zh": "贺素云"},
        "born": "1950-05-05",
        "sex": "female",
        "home_unit_id": scene.unit_of("k1"),
        "home": {"latitude": "31.229700", "longitude": "121.469500"},
        "roles": ["recipient"],
        "phone_number": number,
        "has_phone": True,
    }
    call = ApiCall(scene.login("coord"), "PUT", f"/v1/persons/{uuid4()}", body)
    status, document = scene.run.client.send(call)
    assert status == 201, document
    return number


def sent_code(scene: Scene) -> str:
    """Return the code that came last, as the desk reads it out where nothing is sent by telephone."""
    files = sorted((scene.folder / "platform" / "sent-codes").rglob("*"), key=lambda path: path.stat().st_mtime)
    found = re.findall(r"\b\d{6}\b", [path for path in files if path.is_file()][-1].read_text("utf-8"))
    assert found, files
    return str(found[-1])
