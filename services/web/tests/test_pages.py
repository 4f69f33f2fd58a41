"""The public pages: in two languages, with everything they need from this host, and never the word for a bank."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from services.web import app as web_app
from services.web.clients.transport import ApiRequest
from services.web.kit.areas import declared_need
from services.web.tests.qr import read_qr
from services.web.tests.support import DISTRICT, TableApi, open_pages

FOLDER = Path(web_app.__file__).parent
PUBLIC_PAGES = (
    "/",
    "/rules",
    "/supply",
    f"/supply/{DISTRICT}",
    "/check",
    "/check/paper",
    "/check/certificate",
    "/sign-in",
    "/about",
    "/docs",
    "/apply",
)


HEAD = "log/x\n41\nAA==\n\n\u2014 log/x AAAA\n\u2014 witness BBBB\n"
MONTHS = [
    {
        "district_id": district_id,
        "month": month,
        "saved_minutes": saved,
        "spent_minutes": spent,
        "lapsed_minutes": 0,
        "outstanding_minutes": left,
    }
    for district_id, month, saved, spent, left in (
        (DISTRICT, "2026-02", 60, 0, 60),
        (DISTRICT, "2026-03", 120, 90, 90),
        ("other", "2026-03", 30, 0, 30),
    )
]
RULES = {
    "policy_version": 3,
    "effective": "2026-03-01",
    "parameters": {"earn": {"min_age": 18, "daily_cap_minutes": 480}, "dispute": {"window_days": 7}},
}
DESCRIBED = [
    {"name": name, "zh": zh, "en": en, "unit": unit, "source": "domain 3"}
    for name, zh, en, unit in (
        ("earn.min_age", "最低年龄", "Least age", "years"),
        ("earn.daily_cap_minutes", "每日上限", "Daily limit", "minutes"),
        ("dispute.window_days", "异议期", "Days to disagree", "days"),
    )
]


@pytest.fixture
def api() -> TableApi:
    district = {"unit_id": DISTRICT, "name_zh": "东河区", "name_en": "Donghe", "level": "district"}
    log = {"district_id": DISTRICT, "district_name": "东河区", "size": 3, "stopped": None, "checkpoint": HEAD}
    supply = {"district_id": DISTRICT, "issued_minutes": 90, "minutes": {"earned": 60, "pool": 30}, "sum_minutes": 0}
    return TableApi(
        {
            "GET /v1/supply": (200, {"items": [supply], "next": None}),
            "GET /v1/supply/months": (200, {"items": MONTHS, "next": None}),
            f"GET /v1/logs/{DISTRICT}/checkpoint": (200, HEAD),
            "GET /v1/organisation-units": (200, {"items": [district], "next": None}),
            f"GET /v1/organisation-units/{DISTRICT}": (200, district),
            "GET /v1/logs": (200, {"items": [log], "next": None}),
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


def rules_of_two_versions(wanted: ApiRequest) -> tuple[int, Any]:
    """Return the rules in force on a day: those before March had another limit and another window."""
    if "2026-02-28" not in dict(wanted.query).values():
        return 200, RULES
    before = {"earn": {"min_age": 18, "daily_cap_minutes": None}, "dispute": {"window_days": 3}}
    return 200, RULES | {"policy_version": 2, "effective": "2026-01-01", "parameters": before}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "Daily limit",
                "<td>–</td>",
                "<b>8 h</b>",
                "<td>3 days</td>",
                "<b>7 days</b>",
                "28 February 2026",
                "version 2",
            ],
        ),
        ("zh", ["每日上限", "<b>8小时</b>", "<td>3 天</td>", "2026年3月1日起", "第2版"]),
    ],
)
def test_the_rules_say_what_changed_with_the_version_in_force(
    client: FlaskClient, api: TableApi, language: str, words: list[str]
) -> None:
    api.answers["GET /v1/policies/current"] = rules_of_two_versions
    api.answers["GET /v1/policies/parameters"] = (200, {"items": DESCRIBED, "next": None})

    page = client.get(f"/rules/{DISTRICT}?lang={language}").get_data(as_text=True)

    changed = page.split('id="changed"', 1)[1].split("</section>", 1)[0]
    assert [missing for missing in words if missing not in changed] == []
    assert "Least age" not in changed
    assert "最低年龄" not in changed


def test_the_first_rules_of_a_district_changed_nothing(client: FlaskClient, api: TableApi) -> None:
    first = (404, {"code": "record_not_found", "title": "Nothing"})
    api.answers["GET /v1/policies/current"] = lambda wanted: first if "on" in dict(wanted.query) else (200, RULES)
    api.answers["GET /v1/policies/parameters"] = (200, {"items": DESCRIBED, "next": None})

    answer = client.get(f"/rules/{DISTRICT}?lang=en")

    assert answer.status_code == 200
    assert 'id="changed"' not in answer.get_data(as_text=True)


def test_the_supply_shows_each_month_over_all_districts_by_one_question(client: FlaskClient, api: TableApi) -> None:
    page = client.get("/supply?lang=en").get_data(as_text=True)

    months = page.split('id="over-time"', 1)[1].split("</section>", 1)[0]
    cells = re.findall(r"<(?:td[^>]* class=\"n\"|th scope=\"row\")>([^<]+)<", months)
    assert cells == [
        "March 2026",
        "2 h 30 min",
        "1 h 30 min",
        "0 min",
        "2 h",
        "February 2026",
        "1 h",
        "0 min",
        "0 min",
        "1 h",
    ]
    bars = re.findall(r'<rect class="fill-(leaf|ink)"[^>]* height="([\d.]+)"', months)
    assert bars == [("leaf", "83.2"), ("leaf", "208.0"), ("ink", "124.8")]
    assert len([asked for asked in api.asked if asked.path == "/v1/supply/months"]) == 1


def test_a_districts_sheet_carries_the_signed_head_behind_the_hash(client: FlaskClient) -> None:
    page = client.get(f"/supply/{DISTRICT}?lang=en").get_data(as_text=True)
    text = "".join(
        part.extract_text() for part in PdfReader(io.BytesIO(client.get(f"/supply/{DISTRICT}.pdf?lang=zh").data)).pages
    )

    svg = re.search(r"<svg xmlns[^>]*>.*?</svg>", page, re.DOTALL)
    assert svg is not None
    assert read_qr(svg[0]) == "http://localhost/check/paper#h:log/x~41~AA==~~!_log/x_AAAA~!_witness_BBBB~"
    assert "41 lines" in page
    assert "does not prove the sums" in page
    assert "东河区" in text


def test_a_place_that_is_no_district_has_no_sheet(client: FlaskClient, api: TableApi) -> None:
    community = {"unit_id": DISTRICT, "name_zh": "社区", "level": "community"}
    api.answers[f"GET /v1/organisation-units/{DISTRICT}"] = (200, community)

    assert client.get(f"/supply/{DISTRICT}").status_code == 404
    assert client.get(f"/supply/{DISTRICT}.pdf").status_code == 404


def test_what_nobody_holds_any_more_is_not_called_used(client: FlaskClient, api: TableApi) -> None:
    minutes = {"earned": 60, "pool": 30, "redeemed": 77}
    supply = {"district_id": DISTRICT, "issued_minutes": 167, "minutes": minutes, "sum_minutes": 0}
    api.answers["GET /v1/supply"] = (200, {"items": [supply], "next": None})
    files = [path for path in (Path(__file__).parents[1] / "pages").rglob("*") if path.suffix in (".py", ".html")]

    page = client.get("/supply?lang=en").get_data(as_text=True)
    calling = [path for path in files if "redeemed" in path.read_text("utf-8")]

    assert page.partition("1 h 17 min")[0].rpartition('data-label="')[2].startswith("out of circulation")
    named = [path.name for path in calling if "out of circulation" not in path.read_text("utf-8")]
    assert named == ["views.py"], "front/views.py only reads it for its template"


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
