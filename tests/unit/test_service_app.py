"""Problems, request ids, pages, limits, health and the API document of a service."""

from __future__ import annotations

import socket

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from libs.http.limits import Rate
from libs.ids import new_id
from tests.unit.sample_service.service import create_sample_service
from tests.unit.sample_service.tokens import Signer


@pytest.mark.parametrize(
    ("language", "title"),
    [("", "超过上限"), ("en-GB", "A note takes at most 480 minutes"), ("zh-CN,en;q=0.5", "超过上限")],
)
def test_a_problem_speaks_the_language_of_the_caller(client: FlaskClient, language: str, title: str) -> None:
    headers = {"Accept-Language": language}

    answer = client.put(f"/v1/notes/{new_id()}", json={"text": "x", "minutes": 481}, headers=headers)

    assert answer.content_type == "application/problem+json"
    assert answer.json["title"] == title
    assert answer.json["status"] == 422
    assert answer.json["type"] == "urn:problem:note_too_long"


def test_an_error_of_ours_is_answered_without_detail(client: FlaskClient) -> None:
    answer = client.get("/v1/failure")

    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_the_request_id_comes_back_on_answers_and_problems(client: FlaskClient) -> None:
    answer = client.get("/v1/nowhere", headers={"X-Request-Id": "desk-7"})

    assert answer.headers["X-Request-Id"] == "desk-7"
    assert answer.json["instance"] == "desk-7"


def test_pages_stay_stable_while_rows_are_added(client: FlaskClient) -> None:
    ids = sorted(new_id() for _ in range(5))
    for note_id in ids[1:]:
        client.put(f"/v1/notes/{note_id}", json={"text": "x", "minutes": 1})
    first = client.get("/v1/notes?limit=2").json
    client.put(f"/v1/notes/{ids[0]}", json={"text": "x", "minutes": 1})

    second = client.get(f"/v1/notes?limit=2&cursor={first['next']}").json

    seen = [note["note_id"] for note in first["items"] + second["items"]]
    assert seen == [str(note_id) for note_id in ids[1:]]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "bm8", "W10", "WzEsMl0"])
def test_a_cursor_that_we_never_gave_out_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get(f"/v1/notes?cursor={cursor}")

    assert (answer.status_code, answer.json["code"]) == (400, "cursor_invalid")


def test_who_asks_too_fast_is_told_when_to_come_back(sample: Flask, signer: Signer) -> None:
    app = create_sample_service(
        sample.extensions["service"].database.url, signer.verifier(), rate=Rate(per_second=1, burst=3)
    )

    statuses = [app.test_client().get("/v1/opening-hours") for _ in range(5)]

    assert [answer.status_code for answer in statuses] == [200, 200, 200, 429, 429]
    assert int(statuses[-1].headers["Retry-After"]) > 0


def test_the_service_is_alive_ready_and_measured(client: FlaskClient) -> None:
    inside = Client(client.application.extensions["inside"])

    assert client.get("/livez").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready"}
    assert client.get("/metrics").status_code == 404
    assert inside.get("/readyz").json == {"status": "ready", "problems": {}}
    assert b"http_requests_total" in inside.get("/metrics").data


def test_invented_methods_make_no_series(client: FlaskClient) -> None:
    for number in range(5):
        client.open("/v1/notes", method=f"INVENTED{number}")

    measured = Client(client.application.extensions["inside"]).get("/metrics").text
    assert "INVENTED" not in measured
    assert 'method="other"' in measured


def test_readiness_shares_no_bucket_with_strangers(sample: Flask, signer: Signer) -> None:
    app = create_sample_service(
        sample.extensions["service"].database.url, signer.verifier(), rate=Rate(per_second=1, burst=1)
    )
    statuses = [app.test_client().get(path).status_code for path in ("/v1/opening-hours",) * 3 + ("/readyz",) * 3]

    assert statuses == [200, 429, 429, 200, 200, 200]


def test_readiness_names_the_check_that_fails(sample: Flask, signer: Signer) -> None:
    database_url = sample.extensions["service"].database.url
    app = create_sample_service(database_url, signer.verifier(), checks={"broker": lambda: "broker does not answer"})

    outside = app.test_client().get("/readyz")
    answer = Client(app.extensions["inside"]).get("/readyz")

    assert (outside.status_code, outside.json) == (503, {"status": "not ready"})
    assert answer.status_code == 503
    assert answer.json["problems"] == {"broker": "broker does not answer"}


def test_without_its_database_the_service_is_alive_but_not_ready(signer: Signer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://nobody:x@127.0.0.1:{closed.getsockname()[1]}/desk"
        app = create_sample_service(url, signer.verifier())
        client = app.test_client()

        answers = client.get("/livez"), client.get("/readyz"), client.get("/v1/notes", headers=signer.headers())

    assert [answer.status_code for answer in answers] == [200, 503, 503]
    assert "database" in app.extensions["readiness"].report()["problems"]
    assert answers[2].json["code"] == "service_unavailable"
    assert "Retry-After" in answers[2].headers


def test_the_api_document_lists_the_operations(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json

    assert document["openapi"] == "3.1.0"
    assert "put" in document["paths"]["/v1/notes/{note_id}"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
