"""A photograph: sent by the volunteer herself, shown beside who comes, and what becomes of one that is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import NAMES, PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

OTHER = "01890a5d-ac96-774b-bcce-b302099a8009"
PICTURE = "as a picture"
ORDER = {
    "order_id": UNIT,
    "recipient_id": PERSON,
    "unit_id": UNIT,
    "state": "taken",
    "service": "B1",
    "funding": "credit",
    "start": "2026-03-06T01:00:00Z",
    "end": "2026-03-06T02:00:00Z",
    "minutes": 60,
    "persons": 1,
    "acts": [],
    "volunteers": [{"person_id": OTHER, "evidence": []}],
}


def _opened(folder: Path, api: TableApi) -> FlaskClient:
    client = open_pages(folder, api).test_client()
    assert sign_in(client).status_code == 303
    return client


def _named(person_id: str, *, has_photo: bool) -> Any:
    row = {"person_id": person_id, "names": NAMES, "has_photo": has_photo}
    return (200, {"items": [row], "next": None})


def _send(client: FlaskClient, *, name: str = "me.jpg", kind: str = "image/jpeg", content: bytes = b"a face") -> Any:
    form = {"csrf_token": csrf(client, "/me"), "command": OTHER, "page": "/me"}
    return client.post("/me/photo", data=form | {"photo": (io.BytesIO(content), name, kind)})


@pytest.mark.parametrize("has_photo", [True, False])
def test_an_elder_sees_the_face_of_who_comes_where_there_is_one(tmp_path: Path, has_photo: bool) -> None:
    api = TableApi(signed_in() | {f"GET /v1/orders/{UNIT}": (200, ORDER)})
    api.answers["GET /v1/persons/names"] = _named(OTHER, has_photo=has_photo)
    api.answers[f"GET /v1/persons/{OTHER}/photo"] = (200, PICTURE)
    client = _opened(tmp_path, api)

    page = client.get(f"/elder/orders/{UNIT}?lang=zh").get_data(as_text=True)
    picture = client.get(f"/photos/{OTHER}")

    assert (f'src="/photos/{OTHER}"' in page) is has_photo
    assert ('alt="于凤英的照片"' in page) is has_photo
    assert (picture.get_data(as_text=True), picture.mimetype) == (PICTURE, "image/jpeg")
    assert picture.headers["Cache-Control"] == "no-store"


def test_a_photograph_that_is_not_for_the_viewer_is_not_there(tmp_path: Path) -> None:
    api = TableApi(signed_in())
    client = _opened(tmp_path, api)
    for status, code in ((404, "photo_not_found"), (403, "person_suspended")):
        api.answers[f"GET /v1/persons/{OTHER}/photo"] = (status, {"code": code, "title": "No"})
        assert client.get(f"/photos/{OTHER}").status_code == 404

    stranger = client.application.test_client()
    assert stranger.get(f"/photos/{OTHER}").headers["Location"].startswith("/sign-in")


def test_a_volunteer_sends_her_photograph_and_takes_it_back(tmp_path: Path) -> None:
    api = TableApi(signed_in(("volunteer",)))
    api.answers |= {"POST /v1/me/photo": (200, {}), "DELETE /v1/me/photo": (200, {})}
    api.answers["GET /v1/persons/names"] = _named(PERSON, has_photo=True)
    client = _opened(tmp_path, api)

    page = client.get("/me").get_data(as_text=True)
    answer = _send(client)
    client.post("/me/photo/removal", data={"csrf_token": csrf(client, "/me"), "command": OTHER})

    assert f'src="/photos/{PERSON}"' in page
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    [sent] = [asked for asked in api.sent("POST") if asked.path == "/v1/me/photo"]
    assert (sent.body, sent.headers["Content-Type"]) == (b"a face", "image/jpeg")
    assert sent.headers["Idempotency-Key"] == OTHER
    assert [asked.path for asked in api.sent("DELETE")] == ["/v1/me/photo"]


def test_what_is_refused_comes_back_to_the_page_with_the_reason(tmp_path: Path) -> None:
    api = TableApi(signed_in(("volunteer",)))
    title = "这张图片无法读取"
    api.answers["POST /v1/me/photo"] = (400, {"code": "picture_unreadable", "title": title})
    client = _opened(tmp_path, api)

    assert _send(client).headers["Location"] == "/me"
    assert title in client.get("/me").get_data(as_text=True)
    _send(client, name="me.gif", kind="image/gif")
    assert "JPEG or PNG" in client.get("/me?lang=en").get_data(as_text=True)
    too_large = _send(client, content=b"x" * 300_000)
    assert (too_large.status_code, "too large" in too_large.get_data(as_text=True)) == (413, True)
    assert len([asked for asked in api.sent("POST") if asked.path == "/v1/me/photo"]) == 1


def test_who_is_no_volunteer_is_asked_for_no_photograph(tmp_path: Path) -> None:
    api = TableApi(signed_in(("recipient",)))
    client = _opened(tmp_path, api)

    assert "photo" not in client.get("/me").get_data(as_text=True)
    assert _send(client).status_code == 403
    form = {"command": OTHER, "photo": (io.BytesIO(b"x"), "me.jpg", "image/jpeg")}
    assert client.post("/me/photo", data=form).status_code == 400, "without the token of a form"
    assert not [asked for asked in api.sent("POST") if asked.path == "/v1/me/photo"]


HASH = "ab" * 32
SCAN: dict[str, Any] = {
    "scan_id": OTHER,
    "uploaded_at": "2026-03-06T02:05:00Z",
    "sha256": HASH,
    "deleted_at": None,
    "looks": [],
}
VISIT = f"/volunteer/orders/{UNIT}"


def _at_a_visit(folder: Path, *, left: int) -> tuple[TableApi, FlaskClient]:
    part = {"person_id": PERSON, "evidence": [], "actual_minutes": 60}
    served = part | {"checked_in_at": ORDER["start"], "checked_out_at": ORDER["end"]}
    api = TableApi(signed_in(("volunteer",)))
    api.answers[f"GET /v1/orders/{UNIT}"] = (200, ORDER | {"state": "finished", "volunteers": [served]})
    api.answers["GET /v1/catalogue-items"] = (200, {"items": [], "next": None})
    api.answers[f"GET /v1/orders/{UNIT}/scans"] = (200, {"items": [SCAN], "photos_left": left})
    api.answers[f"PUT /v1/scans/{OTHER}"] = (201, SCAN)
    return api, _opened(folder, api)


def test_a_volunteer_sends_a_photo_of_the_visit_and_is_told_its_hash(tmp_path: Path) -> None:
    api, client = _at_a_visit(tmp_path, left=5)
    api.answers[f"GET /v1/scans/{OTHER}"] = (200, "\xff\xd8 as a picture")

    page = client.get(f"{VISIT}?lang=en").get_data(as_text=True)
    form = {"csrf_token": csrf(client, VISIT), "command": OTHER, "page": VISIT}
    empty = client.post(f"{VISIT}/photos", data=form)
    refused = client.get(VISIT).get_data(as_text=True)
    sent = client.post(f"{VISIT}/photos", data=form | {"photo": (io.BytesIO(b"\xff\xd8 a visit"), "x.exe")})
    picture = client.get(f"/volunteer/photos/{OTHER}")

    assert 'type="file"' in page
    assert "You may send 5 more" in page
    assert HASH[:16] in page
    assert (empty.status_code, "JPEG, PNG or PDF" in refused) == (303, True)
    [kept] = [asked for asked in api.sent("PUT") if asked.path == f"/v1/scans/{OTHER}"]
    assert (kept.query, kept.body, kept.headers["Content-Type"]) == (
        (("order", UNIT),),
        b"\xff\xd8 a visit",
        "image/jpeg",
    )
    assert sent.headers["Location"] == f"{VISIT}#photos"
    assert HASH[:16] in client.get(VISIT).get_data(as_text=True)
    assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_where_no_photo_may_follow_nobody_is_asked_for_one(tmp_path: Path) -> None:
    api, client = _at_a_visit(tmp_path, left=0)

    seen = client.get(VISIT).get_data(as_text=True)
    api.away.add(f"/v1/orders/{UNIT}/scans")
    without = client.get(f"{VISIT}?lang=en")

    assert (f"/volunteer/photos/{OTHER}" in seen, 'type="file"' in seen) == (True, False)
    assert (without.status_code, "does not answer just now" in without.get_data(as_text=True)) == (200, True)


def test_a_refusal_for_lack_of_words_says_what_to_write(tmp_path: Path) -> None:
    api, client = _at_a_visit(tmp_path, left=0)
    refused = {"code": "consent_missing", "title": "Consent is needed", "lacks": "words"}
    api.answers[f"POST /v1/orders/{UNIT}/withdrawal"] = (422, refused)

    form = {"csrf_token": csrf(client, "/me"), "command": OTHER, "page": VISIT, "why": "x"}
    client.post(f"{VISIT}/withdraw", data=form)

    assert "Please write what they said as a whole sentence" in client.get(f"{VISIT}?lang=en").get_data(as_text=True)
