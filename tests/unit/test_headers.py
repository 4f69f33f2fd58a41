"""What every answer carries, and what none does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from libs.errors import RuleError
from libs.http.problems import RESERVED, refusal_problem
from libs.ids import new_id

EVIL = "evil.example"


@pytest.mark.parametrize("path", ["/v1/opening-hours", "/v1/nothing", "/v1/failure", "/livez", "/openapi.json"])
def test_every_answer_is_kept_nowhere_and_may_do_nothing(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers


@pytest.mark.parametrize(
    "path", ["//v1/notes", "/v1//notes", "/v1/notes/", "/v1/./notes", "/livez/", "//evil.example/x"]
)
@pytest.mark.parametrize("host", [EVIL, "a b", "\u00e9", "[::1", "x" * 300])
def test_no_answer_repeats_the_host(client: FlaskClient, path: str, host: str) -> None:
    answer = client.get(path, headers={"Host": host, "X-Forwarded-Host": EVIL})

    assert answer.status_code in (400, 404)
    assert EVIL not in f"{answer.headers} {answer.text}"


@pytest.mark.parametrize("sent", ["a b", "x" * 65, "\u00e9", "<script>", "a,b", ""])
def test_a_request_id_that_is_none_is_not_repeated(client: FlaskClient, sent: str) -> None:
    answer = client.get("/v1/nowhere", headers={"X-Request-Id": sent})

    assert answer.headers["X-Request-Id"] == answer.json["instance"] != sent


def test_no_field_of_a_refusal_overwrites_what_a_problem_says_of_itself(client: FlaskClient) -> None:
    with client.application.test_request_context():
        said = refusal_problem(RuleError(**dict.fromkeys(RESERVED, "forged"), more=new_id())).get_json()

    assert (said["status"], said["code"], said["type"]) == (422, "rule_refused", "urn:problem:rule_refused")
    assert "forged" not in map(str, said.values())
    assert said["more"]
