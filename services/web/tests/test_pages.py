"""The pages: in two languages, with everything they need from this host, and never the word for a bank."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.web import pages

FOLDER = Path(pages.__file__).parent


@pytest.fixture
def client() -> FlaskClient:
    """Give the pages of a platform with one demo person."""
    person = pages.DemoPerson("elder", "secret-word", "于凤英", "老人", "elder", "春晖社区")
    front = pages.Front("互助时间平台", ("accounts", "orders"), "postgres", lambda: [person])
    return pages.create_app(front).test_client()


@pytest.mark.parametrize(("path", "words"), [("/?lang=zh", "演示人员"), ("/?lang=en", "Demo people")])
def test_the_front_page_names_the_demo_people_in_both_languages(client: FlaskClient, path: str, words: str) -> None:
    page = client.get(path).get_data(as_text=True)

    assert words in page
    assert "于凤英" in page
    assert "secret-word" in page
    assert "make demo" in page


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_needs_no_other_host_and_never_says_bank(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert "银行" not in page
    assert "bank" not in page.lower()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["style.css", "front.js", "explorer.js"])
def test_assets_are_served_here_and_name_no_other_host(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/assets/{name}")

    assert answer.status_code == 200
    assert "http" not in answer.get_data(as_text=True)


def test_pages_carry_no_script_of_their_own(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True) + client.get("/docs").get_data(as_text=True)

    assert not re.search(r"<script(?![^>]*src=)", page)
    assert " style=" not in page
