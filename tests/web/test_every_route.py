"""No page is forgotten: each is looked at in a browser and stands in docs/people.md, or it is said why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.pages_of import BY_A_PRESS, NO_PAGE, PATHS, get_routes, is_address_of

PEOPLE = Path(__file__).parents[2] / "docs" / "people.md"
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


def named_in(text: str) -> set[str]:
    """Return the addresses that a document names, as its table writes them."""
    return set(re.findall(r"`(/[^`]*)`", text))


def written(rule: str) -> str:
    """Return an address as the table of docs/people.md writes it."""
    return re.sub(r"<[^>]+>", "…", rule)


def test_every_page_stands_in_the_document_of_people_or_is_none() -> None:
    table = named_in(PEOPLE.read_text("utf-8").partition("## Where each page is")[2].partition("\n## ")[0])
    pages = {written(rule) for rule in get_routes() - NO_PAGE.keys()}

    assert pages - table == set(), f"put them into the table of {PEOPLE.name}"
    assert table - pages == set(), "these are gone"


def test_a_page_that_the_document_leaves_out_would_be_missed() -> None:
    text = "| an elder | `/elder`, `/elder/orders/…` | what comes next |"

    assert named_in(text) == {"/elder", written("/elder/orders/<uuid:order_id>")}
    assert written("/elder/<uuid:person_id>/remarks") not in named_in(text)
