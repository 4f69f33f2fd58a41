"""No page is forgotten: each address that can be opened is looked at in a browser, or it is said why not."""

from __future__ import annotations

import pytest

from tests.web.pages_of import BY_A_PRESS, NO_PAGE, PATHS, get_routes, is_address_of

OPENED = {path for paths in PATHS.values() for path in paths.split()}


@pytest.mark.parametrize("rule", sorted(get_routes()))
def test_every_page_is_opened_or_has_its_reason(rule: str) -> None:
    is_opened = any(is_address_of(path, rule) for path in OPENED)
    reasons = [reason for reason in (BY_A_PRESS.get(rule), NO_PAGE.get(rule)) if reason]

    assert is_opened + len(reasons) == 1, f"{rule}: put it into PATHS, or say why it cannot be there"


def test_no_reason_is_left_for_what_is_gone() -> None:
    assert get_routes() >= BY_A_PRESS.keys() | NO_PAGE.keys()


def test_a_new_page_would_be_missed() -> None:
    assert not any(is_address_of(path, "/elder/<uuid:person_id>/remarks") for path in OPENED)
