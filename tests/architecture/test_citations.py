"""What a file cites exists: the document, and the section, row or parameter of it."""

from __future__ import annotations

import pytest

from tests.architecture import citations
from tests.architecture.tree import text_files

PAGE = "domain" + ".md"  # put together, so that this file cites nothing


@pytest.mark.parametrize(
    "planted",
    [
        "as house" + ".md says",
        f"{PAGE} 9",
        f"{PAGE} 2d",
        f"[the page](docs/{PAGE}) section 12",
        "design" + ".md 2.99",
        "design" + ".md 2.7–2.99",
        f"{PAGE} 4 Z9",
        f"{PAGE} 3 (earn.nothing_like_it 5)",
    ],
)
def test_the_check_finds_what_is_planted(planted: str) -> None:
    assert list(citations.broken("planted.yaml", planted))


@pytest.mark.parametrize("right", [f"{PAGE} 2a 南京", f"docs/{PAGE} section 4", f"{PAGE} 1 S4", "design" + ".md 2.6"])
def test_the_check_lets_pass_what_is_there(right: str) -> None:
    assert list(citations.broken("planted.yaml", right)) == []


def test_whatever_is_cited_exists() -> None:
    assert [wrong for path, text in text_files() for wrong in citations.broken(path, text)] == []
