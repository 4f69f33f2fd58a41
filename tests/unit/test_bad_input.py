"""What is malformed, unsigned or out of scope is answered with its own problem, and changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize, NoMoreData

from libs.http.framing import BODY_MAX_BYTES
from libs.ids import new_id
from tests.unit.sample_service.service import CITY, tell_sample_service
from tests.unit.sample_service.tokens import CLERK, Signer

Count = Callable[[str], int]
NOTE_ID = UUID(int=7)
NOTE = {"text": "Call back", "minutes": 30}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (NOTE | {"colour": "red"}, "colour"),
        (NOTE | {"minutes": "many"}, "minutes"),
        (NOTE | {"minutes": 30.5}, "minutes"),
        (NOTE | {"minutes": 0}, "minutes"),
        (NOTE | {"minutes": 1441}, "minutes"),
        (NOTE | {"text": 7}, "text"),
        ({"minutes": 30}, "text"),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, count_rows: Count, body: dict[str, object], field: str) -> None:
    answer = client.put(f"/v1/notes/{new_id()}", json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")
    assert field in answer.json["errors"]["json"]
    assert count_rows("note") == 0
    assert count_rows("command") == 0


@pytest.mark.parametrize(
    ("path", "sent", "status", "code"),
    [
        ("/v1/notes/not-an-id", {"json": NOTE}, 400, "malformed_id"),
        ("/v1/nothing/not-an-id", {"json": NOTE}, 404, "not_found"),
        (
            f"/v1/notes/{NOTE_ID}",
            {"data": r'{"text": "half \ud83d", "minutes": 30}', "content_type": "application/json"},
            400,
            "text_invalid",
        ),
        (f"/v1/notes/{NOTE_ID}", {"json": NOTE | {"text": "end\0"}}, 400, "text_invalid"),
        (f"/v1/notes/{NOTE_ID}?q=%00", {"json": NOTE}, 400, "text_invalid"),
        (
            f"/v1/notes/{NOTE_ID}",
            {"data": "[" * 50_000, "content_type": "application/json"},
            400,
            "nested_too_deeply",
        ),
        (f"/v1/notes/{NOTE_ID}", {"data": "{", "content_type": "application/json"}, 400, "invalid_request"),
        (
            f"/v1/notes/{NOTE_ID}",
            {"data": "text=x", "content_type": "application/x-www-form-urlencoded"},
            415,
            "wrong_content_type",
        ),
        (f"/v1/notes/{NOTE_ID}", {"json": NOTE | {"text": "x" * BODY_MAX_BYTES}}, 413, "body_too_large"),
    ],
)
def test_a_malformed_request_is_answered_by_its_fault(
    client: FlaskClient, count_rows: Count, path: str, sent: dict[str, object], status: int, code: str
) -> None:
    answer = client.put(path, **sent)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert count_rows("note") == 0


def test_a_filter_that_the_list_does_not_have_is_named_and_not_left_out(client: FlaskClient) -> None:
    answer = client.get("/v1/notes?per_page=1")

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")
    assert list(answer.json["errors"]["query"]) == ["per_page"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", {"colour": ["未知字段"], "minutes": ["应在 1 与 1440 之间"]}), ("en", {"colour": ["Unknown field."]})],
)
def test_what_is_wrong_with_a_field_is_told_in_the_callers_language(
    client: FlaskClient, language: str, words: dict[str, list[str]]
) -> None:
    wrong = NOTE | {"colour": "red", "minutes": 1441}

    answer = client.put(f"/v1/notes/{new_id()}", json=wrong, headers={"Accept-Language": language})

    assert answer.json["errors"]["json"].items() >= words.items()


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"text=x", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
        (b'{"text": "end\\u0000", "minutes": 30}', "application/json", 400, "text_invalid"),
        (b'{"text": "a\\u202eb", "minutes": 30}', "application/json", 400, "text_invalid"),
        (b'{"text\\ud800": "half"}', "application/json", 400, "text_invalid"),
        (b"[" * 50_000, "application/json", 400, "nested_too_deeply"),
        (b"[" * 30 + b"]" * 30, "application/json", 400, "nested_too_deeply"),
        (b'{"text": "x", "minutes": NaN}', "application/json", 400, "invalid_request"),
        (b'{"text": "x", "minutes": ' + b"1" * 5_000 + b"}", "application/json", 400, "invalid_request"),
        (b"\xff\xfe{", "application/json", 400, "invalid_request"),
        (b"[]", "application/json", 422, "invalid_fields"),
        (b'"text"', "application/json", 422, "invalid_fields"),
        (b"null", "application/json", 422, "invalid_fields"),
        (b" " * (BODY_MAX_BYTES + 1), "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_comes_in_chunks_meets_the_same_guards(
    client: FlaskClient, count_rows: Count, body: bytes, content_type: str, status: int, code: str
) -> None:
    told = {"data": body, "content_type": content_type}
    path = f"/v1/notes/{NOTE_ID}"

    whole = client.put(path, **told)
    in_chunks = client.put(path, input_stream=io.BytesIO(body), content_type=content_type, environ_overrides=CHUNKED)

    assert [(response.status_code, response.json["code"]) for response in (whole, in_chunks)] == [(status, code)] * 2
    assert count_rows("note") == 0


class Broken:
    """A body whose chunks are none, as gunicorn tells it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, _size: int = -1) -> bytes:
        raise self._error


@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), ChunkMissingTerminator(b"x"), NoMoreData(b""), OSError()])
def test_broken_chunks_are_answered_as_the_callers_mistake(client: FlaskClient, error: Exception) -> None:
    answer = client.put(
        f"/v1/notes/{NOTE_ID}",
        content_type="application/json",
        environ_overrides=CHUNKED | {"wsgi.input": Broken(error)},
    )

    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")


def test_an_emoji_is_text(client: FlaskClient) -> None:
    answer = client.put(f"/v1/notes/{new_id()}", json=NOTE | {"text": "谢谢 \U0001f600"})

    assert answer.status_code == 201


@pytest.mark.parametrize("kind", ["", "image/jpeg"])
def test_a_method_that_is_not_there_is_answered_as_such(client: FlaskClient, kind: str) -> None:
    answer = client.delete("/v1/notes", data=b"\xff" if kind else b"", content_type=kind or None)

    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "wishes",
    [
        {"lifetime_seconds": -60},
        {"aud": "somebody-else"},
        {"sub": "nobody"},
        {"sid": "no id"},
        {"sid": 7},
    ],
)
def test_a_token_that_does_not_hold_is_refused(
    sample: Flask, signer: Signer, count_rows: Count, wishes: dict[str, object]
) -> None:
    answer = sample.test_client().put(f"/v1/notes/{new_id()}", json=NOTE, headers=signer.headers(**wishes))

    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert count_rows("note") == 0


def test_a_token_of_another_key_is_refused(sample: Flask) -> None:
    answer = sample.test_client().put(f"/v1/notes/{new_id()}", json=NOTE, headers=Signer().headers())

    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_a_token_that_was_tampered_with_is_refused(sample: Flask, signer: Signer) -> None:
    head, body, signature = signer.token().split(".")
    other_body = signer.token(sub=str(new_id())).split(".")[1]
    headers = {"Authorization": f"Bearer {head}.{other_body}.{signature}"}

    answer = sample.test_client().put(f"/v1/notes/{new_id()}", json=NOTE, headers=headers)

    assert body != other_body
    assert answer.status_code == 401


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}])
def test_no_token_is_refused(sample: Flask, headers: dict[str, str]) -> None:
    answer = sample.test_client().put(f"/v1/notes/{new_id()}", json=NOTE, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_what_is_public_needs_no_token(sample: Flask) -> None:
    assert sample.test_client().get("/v1/opening-hours").json == {"hours": "9-17"}


def test_a_role_elsewhere_is_out_of_scope(sample: Flask, client: FlaskClient, count_rows: Count) -> None:
    tell_sample_service(sample, CLERK, unit_id=new_id())

    answer = client.put(f"/v1/notes/{new_id()}", json=NOTE)

    assert (answer.status_code, answer.json["code"]) == (403, "out_of_scope")
    assert count_rows("note") == 0


def test_a_role_above_reaches_the_unit(sample: Flask, client: FlaskClient) -> None:
    tell_sample_service(sample, CLERK, unit_id=CITY)

    answer = client.put(f"/v1/notes/{new_id()}", json=NOTE)

    assert answer.status_code == 201


def test_another_role_may_not(sample: Flask, client: FlaskClient) -> None:
    tell_sample_service(sample, CLERK, role="visitor")

    answer = client.put(f"/v1/notes/{new_id()}", json=NOTE)

    assert (answer.status_code, answer.json["code"]) == (403, "not_authorised")
