"""The lint of pages finds what is planted for it."""

from __future__ import annotations

import pytest

from tests.web.linting import problems_of

WHOLE = "<!doctype html><html lang='en'><head><title>Rules · x</title></head><body><h1>Rules</h1>{}</body></html>"


def test_a_page_as_it_must_be_has_no_problem() -> None:
    assert problems_of(WHOLE.format("<p>Text<br></p>")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<p><b>text</p></b>",
        "<p>never closed",
        "<i id='a'></i><i id='a'></i>",
        "<h1>Again</h1>",
        "<script>alert(1)</script>",
        "<p onclick='x'></p>",
        "<p style='x'></p>",
        "<input name='x'>",
        "<form method='post'></form>",
    ],
)
def test_what_is_planted_is_found(planted: str) -> None:
    assert problems_of(WHOLE.format(planted))


def test_a_title_that_says_something_else_and_a_missing_language_are_found() -> None:
    assert problems_of("<html><head><title>Other</title></head><body><h1>Rules</h1></body></html>")
