"""Over the network and within a process the pages ask the same, and are answered the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, jsonify, request

from libs.secret_files import OpenSecretError
from services.web.__main__ import WeakSecretError, parts_of
from services.web.clients.api import Api, ProblemError
from services.web.clients.transport import HttpTransport, ServiceAwayError, Transport, WsgiTransport
from services.web.settings import Settings
from tests.support.wsgi import serving


def _service() -> Flask:
    app = Flask("service")

    @app.get("/v1/echo")
    def echo() -> Response:
        address = request.headers.get("X-Forwarded-For") or request.remote_addr
        return jsonify({"q": request.args.getlist("q"), "who": request.headers.get("Authorization"), "from": address})

    @app.post("/v1/refusal")
    def refusal() -> tuple[Response, int]:
        return jsonify({"code": "no", "title": "No", "sent": request.get_json()}), 422

    @app.get("/v1/away")
    def away() -> tuple[Response, int]:
        return jsonify({}), 503

    return app


@pytest.fixture(params=["network", "process"])
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    app = _service()
    if request.param == "process":
        yield WsgiTransport(app.wsgi_app)
        return
    with serving(app.wsgi_app) as url:
        yield HttpTransport(f"{url}/")


def test_what_is_asked_arrives_with_the_persons_address_and_token(transport: Transport) -> None:
    api = Api(transport, token="secret", address="192.0.2.7")

    answered = api.get("/v1/echo", q=["一", "b c&d"], left_out=None)

    assert answered == {"q": ["一", "b c&d"], "who": "Bearer secret", "from": "192.0.2.7"}


def test_a_refusal_is_an_exception_that_carries_its_words(transport: Transport) -> None:
    with pytest.raises(ProblemError) as raised:
        Api(transport).post("/v1/refusal", {"x": 1}, command="c")

    assert (raised.value.status, raised.value.code, raised.value.title) == (422, "no", "No")
    assert raised.value.fields["sent"] == {"x": 1}


def test_a_service_that_is_away_is_told_apart_from_one_that_refuses(transport: Transport) -> None:
    with pytest.raises(ServiceAwayError):
        Api(transport).get("/v1/away")


def test_an_address_where_nobody_listens_is_a_service_away() -> None:
    with pytest.raises(ServiceAwayError):
        Api(HttpTransport("http://127.0.0.1:9")).get("/v1/echo")


def test_the_pages_do_not_start_with_a_secret_that_can_be_guessed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    settings = Settings(
        api_url="http://127.0.0.1:9", secret_file=secret, sessions_file=tmp_path / "sessions", programme_name="x"
    )
    secret.write_text("short")
    secret.chmod(0o600)
    with pytest.raises(WeakSecretError):
        parts_of(settings)
    secret.write_text("x" * 32)
    secret.chmod(0o644)
    with pytest.raises(OpenSecretError):
        parts_of(settings)
    secret.chmod(0o600)
    assert parts_of(settings).secure_cookies
