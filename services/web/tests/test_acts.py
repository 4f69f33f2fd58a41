"""Every button that does something to an order comes from what the order says that its reader may do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.web.kit.acts import may
from services.web.tests.support import PERSON, UNIT, Answers, TableApi, csrf, open_pages, sign_in, signed_in

PAGES = Path(__file__).resolve().parents[1] / "pages"
FORM = re.compile(r'<form method="post" action="[^"]*/orders/\{\{ order\.order_id \}\}/([a-z-]+)"')
ACT_OF = {
    "take": "take",
    "check-in": "check_in",
    "check-out": "check_out",
    "withdraw": "withdraw",
    "good": "confirm",
    "confirm": "confirm",
    "dispute": "dispute",
    "cancel": "cancel",
    "approval": "approve",
    "rejection": "reject",
    "review": "review",
    "call-back": "call_back",
    "second-check": "second_check",
    "decision": "decide",
    "decision-confirmation": "confirm_decision",
    "no-show": "report_no_show",
    "nobody-came": "report_no_show",
    "nobody-there": "report_no_show",
    "offer": "accept",
    "reversal": "propose_reversal",
}
"""By the last word of a form's address, the act that it does."""

LATER = {"door.html"}
"""What is kept for where there is no network: the order tells what may be done when it is sent."""

NAMED_ELSEWHERE = {("order.html", "photos"): "photos.photos_left", ("near.html", "take"): "not order.barred_by"}
"""What another answer than the order's acts says: how many photos may follow, and what bars who looks for visits."""


def open_conditions(template: str) -> list[str]:
    """Return the conditions that are open at the end of a piece of a template."""
    conditions: list[str] = []
    for tag, words in re.findall(r"\{%-?\s*(if|elif|else|endif)\b(.*?)-?%\}", template):
        if tag == "if":
            conditions.append(words)
        elif tag == "endif":
            conditions.pop()
        else:
            conditions[-1] = words
    return conditions


def forms() -> list[tuple[str, str, list[str]]]:
    """Return every form that does something to an order: its template, what it does, and under which conditions."""
    return [
        (path.name, form.group(1), open_conditions(text[: form.start()]))
        for path in sorted(PAGES.rglob("*.html"))
        for text in [path.read_text("utf-8")]
        for form in FORM.finditer(text)
    ]


def test_every_form_that_acts_on_an_order_stands_under_the_act_that_the_order_names() -> None:
    unasked = [
        (template, word)
        for template, word, conditions in forms()
        for asked in [NAMED_ELSEWHERE.get((template, word)) or f'may(order, "{ACT_OF[word]}")']
        if template not in LATER and not any(asked in condition for condition in conditions)
    ]

    assert len(forms()) > 12
    assert unasked == []


@pytest.mark.parametrize(
    ("acts", "is_shown"),
    [
        ([], False),
        ([{"act": "take", "allowed": True, "code": None, "zh": None, "en": None}], True),
        (
            [{"act": "take", "allowed": False, "code": "training_missing", "zh": "先培训", "en": "Training first"}],
            False,
        ),
    ],
)
def test_an_order_to_take_shows_the_button_or_what_bars_it(
    acts: list[dict[str, Any]], is_shown: bool, tmp_path: Path
) -> None:
    order = {
        "order_id": UNIT, "state": "published", "service": "B1", "minutes": 60, "start": "2026-03-02T01:00:00Z",
        "end": "2026-03-02T02:00:00Z", "unit_id": UNIT, "volunteers": [], "acts": acts,
    }  # fmt: skip
    answers: Answers = signed_in(("volunteer",)) | {
        f"GET /v1/orders/{UNIT}": (200, order),
        "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
    }

    client = open_pages(tmp_path, TableApi(answers)).test_client()
    sign_in(client)

    response = client.get(f"/volunteer/orders/{UNIT}")
    page = response.get_data(as_text=True)

    assert response.status_code == 200, page
    assert (f'action="/volunteer/orders/{UNIT}/take"' in page) == is_shown == may(order, "take")
    assert ("先培训" in page) == any(act["code"] for act in acts)


def test_the_list_of_the_order_s_own_version_is_ticked_at_check_out(tmp_path: Path) -> None:
    order = {
        "order_id": UNIT, "state": "in_service", "service": "B1", "minutes": 60, "start": "2026-03-02T01:00:00Z",
        "end": "2026-03-02T02:00:00Z", "unit_id": UNIT, "recipient_id": UNIT,
        "volunteers": [{"person_id": PERSON, "checked_in_at": "2026-03-02T01:00:00Z"}],
        "checklist": ["敲门", "告别"],
        "acts": [{"act": "check_out", "allowed": True, "code": None, "zh": None, "en": None}],
    }  # fmt: skip
    answers: Answers = signed_in(("volunteer",)) | {
        f"GET /v1/orders/{UNIT}": (200, order),
        "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
    }

    api = TableApi(answers)
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    page = client.get(f"/volunteer/orders/{UNIT}").get_data(as_text=True)
    form = {"csrf_token": csrf(client, f"/volunteer/orders/{UNIT}"), "command": UNIT, "ticked": ["1", "x"]}
    client.post(f"/volunteer/orders/{UNIT}/check-out", data=form)

    assert json.loads(api.sent("POST")[-1].body)["ticked"] == [1]
    assert '<input type="checkbox" name="ticked" value="1"> <span lang="zh-CN">告别</span>' in page
