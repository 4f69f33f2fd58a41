"""The public pages: in two languages, with everything they need from this host, and never the word for a bank."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.web import app as web_app
from services.web.kit.areas import declared_need
from services.web.tests.support import DISTRICT, TableApi, open_pages

FOLDER = Path(web_app.__file__).parent
PUBLIC_PAGES = ("/", "/rules", "/supply", "/check", "/check/paper", "/check/certificate", "/sign-in", "/about", "/docs")


@pytest.fixture
def api() -> TableApi:
    district = {"unit_id": DISTRICT, "name_zh": "东河区", "name_en": "Donghe", "level": "district"}
    supply = {"district_id": DISTRICT, "issued_minutes": 90, "minutes": {"earned": 60, "pool": 30}, "sum_minutes": 0}
    return TableApi(
        {
            "GET /v1/supply": (200, {"items": [supply], "next": None}),
            "GET /v1/organisation-units": (200, {"items": [district], "next": None}),
            f"GET /v1/organisation-units/{DISTRICT}": (200, district),
            "GET /v1/logs": (200, {"items": [], "next": None}),
            f"GET /v1/logs/{DISTRICT}/trust": (200, "log example+1+2\n"),
        }
    )


@pytest.fixture
def pages(api: TableApi, tmp_path: Path) -> Flask:
    return open_pages(tmp_path, api)


@pytest.fixture
def client(pages: Flask) -> FlaskClient:
    return pages.test_client()


@pytest.mark.parametrize(("path", "words"), [("/about?lang=zh", "演示人员"), ("/about?lang=en", "Demo people")])
def test_the_page_about_names_the_demo_people_in_both_languages(client: FlaskClient, path: str, words: str) -> None:
    page = client.get(path).get_data(as_text=True)

    assert words in page
    assert "于凤英" in page
    assert "secret-word" in page
    assert "make demo" in page


def test_a_platform_with_people_has_no_page_about_and_names_no_passwords(api: TableApi, tmp_path: Path) -> None:
    client = open_pages(tmp_path, api, demo=False).test_client()

    assert client.get("/about").status_code == 404
    assert client.get("/docs").status_code == 404
    assert "secret-word" not in client.get("/sign-in").get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_needs_no_other_host_and_never_says_bank(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(f"{path}?lang={language}")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert not re.search(r"(src|href|action)=\"(https?:)?//", page)
    assert "银行" not in page
    assert "bank" not in page.lower()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_pages_carry_no_script_and_no_style_of_their_own(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)

    assert not re.search(r"<script(?![^>]*src=)", page)
    assert " style=" not in page
    assert not re.search(r" on[a-z]+=", page)


@pytest.mark.parametrize("asset", sorted((FOLDER / "static").iterdir()), ids=lambda path: str(path.name))
def test_assets_are_served_here_and_name_no_other_host(client: FlaskClient, asset: Path) -> None:
    answer = client.get(f"/assets/{asset.name}")

    assert answer.status_code == 200
    assert "http" not in answer.get_data(as_text=True).replace("http://www.w3.org/2000/svg", "")


def test_the_script_that_checks_receipts_is_the_one_that_is_tested_and_handed_out() -> None:
    page = (FOLDER.parents[1] / "docs" / "verify" / "index.html").read_text("utf-8")

    assert (FOLDER / "static" / "verifier.js").read_text("utf-8") in page


def test_every_view_says_who_may_open_it(pages: Flask) -> None:
    silent = [name for name in pages.view_functions if name != "static" and declared_need(pages, name) is None]

    assert silent == []


def test_a_view_that_says_nothing_is_open_to_nobody(pages: Flask) -> None:
    pages.add_url_rule("/planted", "planted", lambda: "seen")

    assert pages.test_client().get("/planted").status_code == 403


def test_what_a_service_away_would_show_is_closed_and_the_rest_is_not(client: FlaskClient, api: TableApi) -> None:
    api.away.add("/v1/supply")

    page = client.get("/?lang=en").get_data(as_text=True)

    assert "does not answer just now" in page
    assert "Donghe" in page


def test_there_is_nothing_at_an_unknown_address_and_the_page_says_so(client: FlaskClient) -> None:
    answer = client.get("/nothing?lang=en")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.get_data(as_text=True)
    assert 'lang="en"' in answer.get_data(as_text=True)


def test_no_page_vanishes_or_changes_hands_unseen(pages: Flask) -> None:
    rules = sorted(pages.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    lines = [
        f"{'POST' if 'POST' in (rule.methods or ()) else 'GET'} {rule.rule} {need.name}"
        for rule in rules
        if (need := declared_need(pages, rule.endpoint)) is not None
    ]

    assert lines == (Path(__file__).parent / "routes.txt").read_text("utf-8").splitlines()
