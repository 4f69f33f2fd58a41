"""Everything that the API can do has its page, or a reason why nobody needs one."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from pathlib import Path

import pytest
import yaml

from libs.contracts.powers import POWERS
from services.web.kit.forms import Form
from services.web.pages.district import credit
from services.web.pages.mine import views as mine
from services.web.pages.people import forms

WEB = Path(__file__).parents[1]
MATRIX = WEB.parents[1] / "tests" / "attacks" / "matrix.yaml"
METHODS = {
    "get": "GET",
    "rows": "GET",
    "all_rows": "GET",
    "every_page": "GET",
    "put": "PUT",
    "put_file": "PUT",
    "post": "POST",
    "post_file": "POST",
    "delete": "DELETE",
}
ONE_OF_A_LIST = "its list shows all that it says"
WITHOUT_A_PAGE = {
    "GET /v1/adjustments/{proposal_id}": ONE_OF_A_LIST,
    "GET /v1/catalogue-items/proposals/{proposal_id}": ONE_OF_A_LIST,
    "GET /v1/complaints/{complaint_id}": ONE_OF_A_LIST,
    "GET /v1/deaths/{death_id}/mistakes/{mistake_id}": "the death shows its mistakes",
    "GET /v1/donations/{request_id}": ONE_OF_A_LIST,
    "GET /v1/entitlements/{entitlement_id}": ONE_OF_A_LIST,
    "GET /v1/estates/{estate_id}": ONE_OF_A_LIST,
    "GET /v1/exchanges/{request_id}": ONE_OF_A_LIST,
    "GET /v1/gifts/{request_id}": ONE_OF_A_LIST,
    "GET /v1/grants/{grant_run_id}": ONE_OF_A_LIST,
    "GET /v1/policies/{policy_id}": ONE_OF_A_LIST,
    "GET /v1/redemptions/{redemption_id}": "the order shows what becomes of it",
    "GET /v1/visits/{visit_id}": "who is to be visited stands with the last visit in the list of visits",
    "GET /v1/venues/{venue_id}": ONE_OF_A_LIST,
    "GET /v1/reversals/{proposal_id}": ONE_OF_A_LIST,
    "GET /v1/service-records/{record_id}": ONE_OF_A_LIST,
    "GET /v1/certificates/status/{list_number}": "what a verifier's software reads",
    "POST /v1/gateway/receipts": "what a message gateway's software says",
    "GET /v1/logs/{district_id}/tile/{tile}": "what a witness's software reads",
    "GET /v1/roles": "the pages are made from the same file of powers",
    "POST /v1/orders/{order_id}/offers": "several at once are offered: POST /v1/matches/plan/offers",
}
GENERIC = re.compile(r"\{[a-z_]*\}")


def _segments(path: str) -> list[str]:
    return [GENERIC.sub("{}", part) for part in path.partition("?")[0].strip("/").split("/")]


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def asked_for(source: str) -> set[tuple[str, str]]:
    """Return the method and path of each request that a module makes; `*` where another function sends it."""
    tree = ast.parse(source)
    asked: set[tuple[str, str]] = set()
    sent_here = {id(part) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for part in text.values}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [_text(argument) for argument in node.args]
        if name in METHODS and texts[0]:
            asked.add((METHODS[name], texts[0]))
            sent_here.add(id(node.args[0]))
        for method, argument in zip(texts, node.args[1:], strict=False):
            if method in METHODS.values() and (path := _text(argument)):
                asked.add((str(method), path))
                sent_here.add(id(argument))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.expr)
            and id(node) not in sent_here
            and (path := _text(node))
            and path.startswith("/v1/")
        ):
            asked.add(("*", path))
    return {(method, path) for method, path in asked if path.startswith("/v1/")}


def _all_asked() -> set[tuple[str, str]]:
    modules = [path for path in WEB.rglob("*.py") if "tests" not in path.parts]
    return set().union(*(asked_for(path.read_text("utf-8")) for path in modules))


def _is(operation: str, asked: tuple[str, str]) -> bool:
    method, path = operation.split(" ", 1)
    mine, theirs = _segments(path), _segments(asked[1])
    if asked[0] not in (method, "*") or len(mine) != len(theirs):
        return False
    return all(_names(right, left) for left, right in zip(mine, theirs, strict=True))


def _names(asked: str, segment: str) -> bool:
    """Tell whether a segment that a page asks for, such as `{}` or `{}s`, may be that of an operation."""
    return re.fullmatch(re.escape(asked).replace(r"\{\}", r"([a-z-]+|\{\})"), segment) is not None


def _operations() -> list[str]:
    return [name for name in yaml.safe_load(MATRIX.read_text("utf-8")) if " /v1/" in name]


@pytest.fixture(scope="module")
def asked() -> set[tuple[str, str]]:
    return _all_asked()


def test_every_operation_has_its_page(asked: set[tuple[str, str]]) -> None:
    missing = [name for name in _operations() if not any(_is(name, request) for request in asked)]

    assert sorted(set(missing) - WITHOUT_A_PAGE.keys()) == []


def test_no_reason_outlives_its_operation() -> None:
    assert sorted(WITHOUT_A_PAGE.keys() - set(_operations())) == []


def test_a_request_that_no_page_makes_is_found() -> None:
    source = 'api().get("/v1/things")\nForm("a", "b", "c", "PUT", "/v1/things/{command}", "d")\nsend(f"/v1/x/{y}")'

    assert asked_for(source) == {("GET", "/v1/things"), ("PUT", "/v1/things/{command}"), ("*", "/v1/x/{}")}
    assert not any(_is("POST /v1/things", request) for request in asked_for(source))


def test_what_a_form_needs_is_a_power() -> None:
    assert {form.needs for form in (*forms.FORMS.values(), *credit.FORMS.values())} <= POWERS.keys()


ASKED_OTHERWISE = {"role": "the matrix asks for a staff role, which is a form of its own"}


def _refused(form: Form, roles: Collection[str]) -> list[str]:
    """Return which of some roles may never send a form, as the matrix has it."""
    matrix = yaml.safe_load(MATRIX.read_text("utf-8"))
    (name,) = (name for name in _operations() if _is(name, (form.method, form.path)))
    return [f"{form.name}: {role}" for role in sorted(set(roles) & set(matrix[name].get("not_authorised", ())))]


def test_a_form_is_shown_to_nobody_who_may_never_send_it() -> None:
    of_staff = [form for form in forms.FORMS.values() if form.name not in ASKED_OTHERWISE]
    own = [form for form in mine.FORMS.values() if not form.needs]

    assert [role for form in (*of_staff, *credit.FORMS.values()) for role in _refused(form, POWERS[form.needs])] == []
    assert [role for form in own for role in _refused(form, ("recipient",))] == []
