"""Messages reach a gateway signed; one that fails, is slow or refuses holds nobody up, and the desk calls."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from libs.clock import monotonic
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.ids import new_id
from libs.settings import MissingSettingError, WrongSettingError
from services.accounts.bootstrap import create_run_due
from services.accounts.core.gateways import http_sender
from services.accounts.core.gateways.choosing import sender_of
from services.accounts.core.gateways.http_sender import HttpSender, NotSentError
from services.accounts.core.rules.notices import Line
from services.accounts.notices.tests.test_notices import call_list, wanted
from services.accounts.tests.platform import Platform

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
PHONE = "13900000001"
TOMORROW = [Line("visit_cancelled", "zh", {"when": "九点"}, "明天九点")]
COME = [Line("duty_called", "zh", {}, "请马上过去")]


@dataclass
class Gateway:
    """A small gateway: answers as it is told to, and keeps what it was sent."""

    statuses: list[int] = field(default_factory=list)
    """The next answers; 200 when there is none."""
    silent: threading.Event | None = None
    """While it is not set, nothing is answered."""
    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def messages(self) -> list[dict[str, str]]:
        """Return what came, each as it was written."""
        return [json.loads(body) for _, body in self.sent]


@pytest.fixture
def gateway() -> Iterator[tuple[Gateway, str]]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.sent.append((dict(self.headers), body))
            if gateway.silent is not None:
                gateway.silent.wait(10)
            self.send_response(gateway.statuses.pop(0) if gateway.statuses else 200)
            answer = b'{"receipt": "r-7"}'
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield gateway, f"http://127.0.0.1:{server.server_port}/messages"
        if gateway.silent is not None:
            gateway.silent.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.secret"
    file.touch(0o600)
    file.write_text(SECRET + "\n")
    return file


@pytest.fixture
def sender(gateway: tuple[Gateway, str], secret_file: Path) -> HttpSender:
    return HttpSender(gateway[1], secret_file=secret_file)


def test_each_message_says_what_it_is_and_is_signed(gateway: tuple[Gateway, str], sender: HttpSender) -> None:
    sender.send(phone_number=PHONE, code="123456", now=NOW)
    sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)
    sender.speak(phone_number=PHONE, lines=COME, now=NOW)

    messages = gateway[0].messages()
    assert [(message["kind"], message["to"], message.get("code"), message.get("text")) for message in messages] == [
        ("code", PHONE, "123456", None),
        ("notice", PHONE, None, "明天九点"),
        ("spoken_call", PHONE, None, "请马上过去"),
    ]
    assert [json.loads(body).get("lines") for _, body in gateway[0].sent] == [
        None,
        [{"template": "visit_cancelled", "language": "zh", "values": {"when": "九点"}}],
        [{"template": "duty_called", "language": "zh", "values": {}}],
    ]
    for headers, body in gateway[0].sent:
        seconds, signature = headers["X-Timebank-Signature"].removeprefix("t=").split(",v1=")
        expected = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(signature, expected)
        assert abs(int(seconds) - datetime.now(UTC).timestamp()) < 60  # noqa: TID251 - the machine's, as the sender's


def test_what_passes_by_itself_is_sent_again_as_the_same_message(
    gateway: tuple[Gateway, str], sender: HttpSender
) -> None:
    gateway[0].statuses = [503, 200]

    sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)

    first, second = gateway[0].messages()
    assert first["id"] == second["id"]


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (403, 1), (302, 1), (429, 2), (500, 2)])
def test_what_is_not_taken_is_told_without_what_it_says(
    status: int, tries: int, gateway: tuple[Gateway, str], sender: HttpSender
) -> None:
    gateway[0].statuses = [status] * 2

    with pytest.raises(NotSentError, match=str(status)) as refused:
        sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)

    assert len(gateway[0].sent) == tries
    assert PHONE not in str(refused.value)


def test_a_gateway_that_does_not_answer_is_waited_for_briefly_and_then_left_alone(
    gateway: tuple[Gateway, str], sender: HttpSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway[0].silent = threading.Event()
    monkeypatch.setattr(http_sender, "TRIES_MAX", 1)
    monkeypatch.setattr(http_sender, "FAILURES_BEFORE_REST", 1)
    began = monotonic()

    with pytest.raises(NotSentError, match="does not answer: ReadTimeoutError"):
        sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)
    with pytest.raises(NotSentError, match="left alone"):
        sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)

    assert monotonic() - began >= http_sender.ANSWER_SECONDS_MAX
    assert len(gateway[0].sent) == 1


def test_nobody_at_the_address_is_a_failure_too(secret_file: Path) -> None:
    sender = HttpSender("http://127.0.0.1:1/messages", secret_file=secret_file)

    with pytest.raises(NotSentError, match="does not answer: NewConnectionError"):
        sender.tell(phone_number=PHONE, lines=TOMORROW, now=NOW)


def test_whom_the_gateway_does_not_reach_the_desk_calls_and_others_are_told(
    platform: Platform, hear: Callable[[Any], None], gateway: tuple[Gateway, str], secret_file: Path
) -> None:
    platform.settings = replace(platform.settings, gateway_to=gateway[1], gateway_secret_file=secret_file)
    coordinator = platform.staff("coord", "coordinator", "k1")
    people = [platform.register(name, phone_number=number) for name, number in (("兰", PHONE), ("敏", "13900000002"))]
    for person_id in people:
        hear(wanted(person_id))
    gateway[0].statuses = [400]

    _run(platform)

    (called,) = call_list(platform, coordinator)
    first = gateway[0].messages()[0]["to"]
    assert called["person_id"] == people[0 if first == PHONE else 1]
    assert len(gateway[0].sent) == 2


def test_an_urgent_call_that_the_gateway_does_not_take_is_told_to_orders(
    platform: Platform, hear: Callable[[Any], None], gateway: tuple[Gateway, str], secret_file: Path
) -> None:
    platform.settings = replace(platform.settings, gateway_to=gateway[1], gateway_secret_file=secret_file)
    on_duty, incident = platform.register("小敏", phone_number=PHONE), str(new_id())
    hear(orders.DutyCalled(incident_id=incident, person_id=on_duty, recipient_id="", answer_by_at_us=0))
    gateway[0].statuses = [400, 400]

    _run(platform)

    assert {message["kind"] for message in gateway[0].messages()} == {"notice", "spoken_call"}
    assert [lost.person_id for lost in platform.events("DutyNotReached")] == [on_duty]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"gateway_to": "http://gateway.example/m"}, WrongSettingError, "is plaintext"),
        ({"gateway_to": "gateway.example"}, WrongSettingError, "is no address"),
        ({"gateway_to": "https://gateway.example/m"}, MissingSettingError, "ACCOUNTS_GATEWAY_SECRET_FILE"),
        ({"gateway_to": "https://gateway.example/m", "codes_folder": Path("x")}, WrongSettingError, "choose one"),
    ],
)
def test_a_gateway_that_is_half_given_ends_the_start(
    given: dict[str, Any], error: type[Exception], words: str, platform: Platform
) -> None:
    with pytest.raises(error, match=words):
        sender_of(replace(platform.settings, **given))


def test_a_secret_that_others_may_read_or_guess_ends_the_start(platform: Platform, secret_file: Path) -> None:
    settings = replace(platform.settings, gateway_to="https://gateway.example/m", gateway_secret_file=secret_file)
    secret_file.chmod(0o644)
    with pytest.raises(WrongSettingError, match="others may read"):
        sender_of(settings)

    secret_file.chmod(0o600)
    secret_file.write_text("short")
    with pytest.raises(WrongSettingError, match="fewer than 32 bytes"):
        sender_of(settings)


def _run(platform: Platform) -> None:
    run = create_run_due(platform.settings)
    with platform.database.transaction() as connection:
        run(connection, platform.clock.now())
