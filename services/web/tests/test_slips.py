"""Paper slips: issued and printed, entered a sheet at a time, and the scan beside the decision."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.clients.transport import ApiRequest
from services.web.tests.support import TableApi, csrf, open_pages, sign_in, signed_in
from tests.support.pictures import png

COMMAND = "01890a5d-ac96-774b-bcce-b302099a9001"
SCAN = "01890a5d-ac96-774b-bcce-b302099a9002"
LAN, HUA = "01890a5d-ac96-774b-bcce-b302099a9003", "01890a5d-ac96-774b-bcce-b302099a9004"
PEOPLE = {"于凤英": [LAN], "小华": [HUA], "王": [LAN, HUA]}


def persons(asked: ApiRequest) -> tuple[int, Any]:
    return 200, {
        "items": [{"person_id": person_id} for person_id in PEOPLE.get(dict(asked.query)["q"], [])],
        "next": None,
    }


class Entries(TableApi):
    """Takes scans, and entries of any id but for slip 8."""

    def send(self, wanted: ApiRequest) -> Any:
        for path in ("/v1/scans/", "/v1/late-entries/"):
            if wanted.method == "PUT" and wanted.path.startswith(path):
                is_refused = b'"slip": 8' in wanted.body
                problem = {"code": "slip_already_used", "title": "This slip was entered before"}
                self.answers[f"PUT {wanted.path}"] = (422, problem) if is_refused else (201, {})
        return super().send(wanted)


@pytest.fixture
def api() -> Entries:
    service = {"code": "B1", "name_zh": "陪伴", "name_en": "Company", "min_minutes": 30, "funding": ["programme"]}
    return Entries(
        signed_in(("coordinator",))
        | {"GET /v1/catalogue-items": (200, {"items": [service], "next": None}), "GET /v1/persons": persons}
    )


@pytest.fixture
def client(api: Entries, tmp_path: Path) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def line(number: int, **typed: str) -> dict[str, str]:
    whole = {"slip": str(number), "volunteer": "小华", "elder": "于凤英", "service": "B1"}
    whole |= {"day": "2026-03-04", "time": "14:00", "minutes": "60", **typed}
    return {f"{name}-{number}": value for name, value in whole.items()}


def sent(client: FlaskClient, *lines: dict[str, str], content: bytes = b"") -> Any:
    form: dict[str, Any] = {"csrf_token": csrf(client, "/slips"), "command": COMMAND, "page": "/slips"}
    for typed in lines:
        form |= typed
    form["scan"] = (io.BytesIO(content or png()), "whatever.exe")
    client.post("/slips/entries?lang=en", data=form, content_type="multipart/form-data")
    return client.get("/slips?lang=en").get_data(as_text=True)


def test_each_line_of_a_sheet_says_what_became_of_it(client: FlaskClient, api: Entries) -> None:
    lines = (line(1), line(2, elder="王"), line(3, minutes="soon"), line(4, slip="8"))

    page = sent(client, *lines)

    scans = [asked for asked in api.sent("PUT") if asked.path.startswith("/v1/scans/")]
    assert [(asked.body, asked.headers["Content-Type"]) for asked in scans] == [(png(), "image/png")]
    entries = [asked for asked in api.sent("PUT") if asked.path.startswith("/v1/late-entries/")]
    assert len(entries) == 2
    assert scans[0].path.removeprefix("/v1/scans/").encode() in entries[0].body
    assert "Line 1, slip 1</b>: <a" in page
    assert "nobody, or several people" in page
    assert "Day, time or length cannot be read." in page
    assert "This slip was entered before" in page


@pytest.mark.parametrize("content", [b"MZ\x90 a program", b"<svg/>"])
def test_what_is_no_picture_is_not_sent_on(client: FlaskClient, api: Entries, content: bytes) -> None:
    page = sent(client, line(1), content=content)

    assert "a PNG, JPEG or PDF" in page
    assert not [asked for asked in api.sent("PUT") if asked.path.startswith("/v1/")]


def test_a_form_of_elsewhere_enters_nothing(client: FlaskClient, api: Entries) -> None:
    form = {"command": COMMAND, "scan": (io.BytesIO(png()), "a.png")} | line(1)

    assert client.post("/slips/entries", data=form, content_type="multipart/form-data").status_code == 400
    assert not [asked for asked in api.sent("PUT") if asked.path.startswith("/v1/")]


def test_what_is_larger_than_a_form_may_be_is_refused(client: FlaskClient, api: Entries) -> None:
    form = {"csrf_token": csrf(client, "/slips"), "command": COMMAND, "scan": (io.BytesIO(bytes(300_000)), "a.png")}

    assert client.post("/slips/entries", data=form, content_type="multipart/form-data").status_code == 413
    assert not [asked for asked in api.sent("PUT") if asked.path.startswith("/v1/scans")]


def test_the_sheet_of_issued_numbers_is_printed(client: FlaskClient, api: Entries) -> None:
    api.answers[f"PUT /v1/slips/{COMMAND}"] = (201, {})
    form = {"csrf_token": csrf(client, "/slips"), "command": COMMAND, "first": "5", "last": "14"}

    answered = client.post("/slips", data=form)
    paper = client.get("/slips/sheet.pdf?first=5&last=14&lang=en")

    assert answered.headers["Location"] == "/slips?first=5&last=14"
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_picture_is_shown_alone_and_runs_nothing(client: FlaskClient, api: Entries) -> None:
    api.answers[f"GET /v1/scans/{SCAN}"] = (200, "%PDF-1.4 …")

    answered = client.get(f"/desk/scans/{SCAN}")

    assert answered.status_code == 200
    assert answered.headers["Content-Security-Policy"].startswith("sandbox")
    assert answered.headers["Cache-Control"] == "no-store"
