"""Spans of one act, from the pages to the service that hears of it, reach a receiver of OTLP under one trace's id."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import urllib3
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from libs import settings as environment
from libs.db import Database
from libs.db.embedded import free_port
from libs.ids import new_id
from libs.roles import RoleSettings, refuse_wrong_wires
from libs.settings import WrongSettingError
from services.accounts.bootstrap import HARNESS_IDS, create_token_source
from services.accounts.organisation.usecases.found_city import CITY_ID
from services.accounts.settings import Settings as AccountsSettings
from tests.distributed.test_roles_of_services import ROOT, Role, _command, _declare_topics_of_the_others, _end, _until
from tests.support.postgres import FreshDatabase
from tests.support.wsgi import serving

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"

EFFECT = "handle timebank.accounts.v1.OrgUnitState"


@dataclass(frozen=True)
class Span:
    """What a receiver is told of one."""

    service: str
    name: str
    trace_id: str
    parent_id: str
    span_id: str
    attributes: dict[str, str]
    links: frozenset[str] = frozenset()
    """The traces that it links to."""


@dataclass
class Receiver:
    """Takes OTLP over HTTP, as a collector does."""

    spans: list[Span] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        assert environ["PATH_INFO"] == "/v1/traces"
        assert environ["CONTENT_TYPE"] == "application/x-protobuf"
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = (one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
            self.spans += [
                Span(
                    service,
                    span.name,
                    span.trace_id.hex(),
                    span.parent_span_id.hex(),
                    span.span_id.hex(),
                    {one.key: str(one.value) for one in span.attributes},
                    frozenset(link.trace_id.hex() for link in span.links),
                )
                for scope in resource.scope_spans
                for span in scope.spans
            ]
        start_response("200 OK", [("Content-Length", "0")])
        return []

    def of(self, trace_id: str) -> dict[tuple[str, str], Span]:
        """Return the spans of a trace by service and name."""
        return {(span.service, span.name): span for span in self.spans if span.trace_id == trace_id}


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()
    with serving(receiver) as url:
        yield receiver, f"{url}/v1/traces"


@contextlib.contextmanager
def _running(service: str, role: str, variables: dict[str, str]) -> Iterator[Role]:
    port = free_port()
    environment = variables | {f"{service.upper()}_PORT": str(port), f"{service.upper()}_API_WORKERS": "1"}
    process = subprocess.Popen(_command(service, role), cwd=ROOT, env=environment)
    try:
        yield Role(role, process, f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def test_the_spans_of_one_act_have_one_trace_from_page_to_effect_and_name_nobody(
    fresh_database: FreshDatabase, receiver: tuple[Receiver, str], tmp_path: Path
) -> None:
    collector, traces_to = receiver
    bus = fresh_database("bus").app
    for service in ("accounts", "ledger"):
        _declare_topics_of_the_others(bus, service)
    accounts_url, orders_url = fresh_database("accounts").app, fresh_database("orders").app
    accounts = {
        "ACCOUNTS_DATABASE_URL": accounts_url,
        "ACCOUNTS_BUS_URL": bus,
        "ACCOUNTS_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "ACCOUNTS_DEMO": "1",
        "ACCOUNTS_TRACES_TO": traces_to,
    }
    orders = {
        "ORDERS_DATABASE_URL": orders_url,
        "ORDERS_BUS_URL": bus,
        "ORDERS_DOOR_KEY": "door-key-of-the-tests",
        "ORDERS_TRACES_TO": traces_to,
    }
    (tmp_path / "web.secret").write_text("x" * 32)
    (tmp_path / "web.secret").chmod(0o600)
    unit_id = new_id()

    with contextlib.ExitStack() as stack:
        api = stack.enter_context(_running("accounts", "api", accounts))
        _until(api.is_ready)  # It makes its keys at its first start.
        roles = [api, stack.enter_context(_running("accounts", "relay", accounts))]
        roles.append(stack.enter_context(_running("orders", "consumer", orders)))
        web = {
            "WEB_API_URL": api.url,
            "WEB_SECRET_FILE": str(tmp_path / "web.secret"),
            "WEB_SESSIONS_FILE": str(tmp_path / "sessions" / "sessions.sqlite"),
            "WEB_PROGRAMME_NAME": "互助时间平台",
            "WEB_TRACES_TO": traces_to,
        }
        roles.append(stack.enter_context(_running("web", "pages", web)))
        for role in roles[:3]:
            _until(role.is_ready)
        terms = {"level": "district", "parent_id": str(CITY_ID), "name_zh": "某某区"}
        _until(lambda: _put(f"{api.url}/v1/organisation-units/{unit_id}", terms, accounts_url, tmp_path) == 201)
        _until(lambda: urllib3.request("GET", f"{roles[3].url}/rules", headers={"traceparent": PARENT}).status == 200)
        _until(lambda: any(span.name == EFFECT and span.trace_id == TRACE_ID for span in collector.spans))
        assert [_end(role) for role in roles] == [0] * 4

    spans = collector.of(TRACE_ID)
    asked = spans["timebank-accounts", "PUT /v1/organisation-units/<uuid:unit_id>"]
    effect = spans["timebank-orders", EFFECT]
    page = spans["timebank-web", "GET /rules"]
    looked = next(span for span in collector.spans if span.parent_id == page.span_id)
    assert (effect.parent_id, looked.service) == (asked.span_id, "timebank-accounts")
    assert "201" in asked.attributes["http.response.status_code"]
    for written in ("某某区", str(unit_id), "127.0.0.1", "harness"):
        assert all(written.encode() not in body for body in collector.bodies)


def _put(url: str, terms: dict[str, str], database_url: str, folder: Path) -> int:
    settings = AccountsSettings(database_url=database_url, master_key_file=folder / "master.key", demo=True)
    database = Database(database_url)
    token = create_token_source(settings, database=database)(HARNESS_IDS[0])
    database.dispose()
    headers = {"Authorization": f"Bearer {token}", "traceparent": PARENT}
    return int(urllib3.request("PUT", url, json=terms, headers=headers).status)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("REDEMPTION_TRACES_TO", "collector:4317", "is no address as http://collector:4318/v1/traces"),
        ("REDEMPTION_TRACES_PERCENT", "101", "REDEMPTION_TRACES_PERCENT=101 is not 0 to 100"),
    ],
)
def test_a_setting_by_which_nothing_could_be_sent_ends_the_start(variable: str, value: str, words: str) -> None:
    needed = {"REDEMPTION_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none?sslmode=disable"}
    settings = environment.read("redemption", RoleSettings, needed | {variable: value})

    with pytest.raises(WrongSettingError, match=re.escape(words)):
        refuse_wrong_wires(settings, "redemption")
