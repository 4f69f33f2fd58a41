"""Bad input at the edge of the whole platform: it is refused by name, never with 5xx, and poisons nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from libs.ids import new_id
from tests.attacks.city import City
from tests.scenarios.world import A
from tests.unit.test_cursors import forged

SECONDS = 20
KEYS: tuple[list[object], ...] = ([str(new_id())], ["2026-01-01T00:00:00Z", str(new_id())], [0, 0, 0])
WRONG: tuple[object, ...] = (
    None,
    True,
    -1,
    1 << 62,
    1 << 200,
    1.5,
    "x",
    "\0",
    "\ud800",
    "0001-01-01T00:00:00+14:00",
    "0000-01",
    [],
    {"a": 1},
)
LISTS_MIN = 18
ALTERNATIVES = {
    "/v1/transfers": ["order"],
    "/v1/objections": ["unit"],
    "/v1/volunteer-stops": ["unit"],
    "/v1/wallets": ["person", "district", "unit"],
}
CLOSED = {"figure": "saved", "indicator": "services"}
"""Words of closed sets that a query must have."""
PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}


def lists(city: City) -> Iterator[str]:
    """Yield every list that has pages, asked so that it answers."""
    for path, methods in city.document["paths"].items():
        if path == "/v1/call-list":
            continue  # Worked by the desk, and read by nobody else.
        queries = {one["name"]: one for one in methods.get("get", {}).get("parameters", []) if one.get("in") == "query"}
        if "cursor" not in queries:
            continue
        needed = [name for name, one in queries.items() if one.get("required")]
        filled = path.replace("{name}", "approval")
        for name in ("wallet_id", "person_id"):
            filled = filled.replace(f"{{{name}}}", city.ids[name])
        filled = filled.replace("{grant_id}", granted(city)) if "{grant_id}" in filled else filled
        for alternative in ALTERNATIVES.get(path, [""]):
            terms = {name: (city.ids | CLOSED)[name] for name in (*needed, alternative) if name}
            yield f"{filled}?" + "".join(f"{name}={value}&" for name, value in terms.items())


def asker(path: str) -> str:
    """Return whose list it is: the administrator's of the city, but for what only a volunteer is shown."""
    return "volunteer" if path.startswith("/v1/matches/orders") else "city_admin"


def granted(city: City) -> str:
    """Return the id of a grant under which a relative acts for the elder; recorded when it is asked for first."""
    grant_id, said_at = city.world.id_of("cursors/grant"), city.world.story.instant("D2 15:00").isoformat()
    consent = {"how": "desk", "given_at": said_at, "words": "she may look for me"}
    body = {"person_id": city.world.id_of("lan"), "relative_id": city.world.id_of("ann"), "acts": ["see"]}
    until = city.world.story.day("D30").isoformat()
    city.world.must(A, "PUT", f"/v1/acting-grants/{grant_id}", body | {"consent": consent, "until": until})
    return grant_id


def forgeries() -> Iterator[list[object]]:
    """Yield sort keys such as lists have, in each of which one part is of another type."""
    for key in KEYS:
        for place in range(len(key)):
            yield from ([*key[:place], wrong, *key[place + 1 :]] for wrong in WRONG)


def code_of(answer: Any) -> str:
    """Return the code of a problem; it must be one."""
    assert answer.headers["Content-Type"] == PROBLEM, answer.data[:300]
    return str(answer.json()["code"])


def test_a_forged_cursor_gets_no_list_to_break(city: City) -> None:
    asked, broken = list(lists(city)), []
    for path in asked:
        assert city.ask_patiently("GET", path, role=asker(path)).status == 200, path
        for parts in forgeries():
            answer = city.ask_patiently("GET", f"{path}cursor={forged(*parts)}", role=asker(path))
            if answer.status != 200 and (answer.status, code_of(answer)) != (400, "cursor_invalid"):
                broken.append((path, parts, answer.status, answer.data[:100]))

    assert len(asked) >= LISTS_MIN
    assert broken == []


def test_what_a_list_gives_out_leads_on(city: City) -> None:
    for path in lists(city):
        first = city.ask_patiently("GET", f"{path}limit=1", role=asker(path)).json()
        cursor = first.get("next")
        if cursor:
            second = city.ask_patiently("GET", f"{path}limit=1&cursor={cursor}", role=asker(path))
            assert second.status == 200, path
            assert second.json()["items"] != first["items"], path


@pytest.mark.parametrize(
    "query",
    [
        "month=0000-01", "month=0001-01", "month=9999-12", "month=2026-13", "month=%D9%A2026-01", "limit=0",
        "limit=1e3", "limit=99999999999999999999", "limit=%D9%A1", "from=0001-01-01T00:00:00%2B14:00",
        "to=9999-12-31T23:59:59-14:00", "as_of=0001-01-01T00:00:00Z", "as_of=9999-12-31T23:59:59Z",
        "on=0001-01-01", "on=9999-12-31", "near=nan,nan", "near=91,0", "near=0,999", "within_m=-1", "q=%00",
        "q=%E2%80%AE", "q=a%0Ab", "code=%00", "state=%00", "unit=%00", "person=%5B%5D",
        "%00=1", "by=nobody",
    ],
)  # fmt: skip
def test_a_query_of_nonsense_is_the_callers_mistake(city: City, query: str) -> None:
    known = city.ids | CLOSED | {"grant": str(new_id()), "from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    for path, methods in city.document["paths"].items():
        names = {one["name"]: one for one in methods.get("get", {}).get("parameters", []) if one.get("in") == "query"}
        if query.partition("=")[0] not in names and not query.startswith("%00"):
            continue
        needed = {
            name: known[name] for name, one in names.items() if one.get("required") and name != query.split("=")[0]
        }
        needed |= {name: city.ids[name] for name in ALTERNATIVES.get(path, [])[:1]}
        filled = path.replace("{name}", "approval")
        for name in ("wallet_id", "person_id", "order_id"):
            filled = filled.replace(f"{{{name}}}", city.ids[name])
        filled = filled.replace("{certificate_id}", str(new_id()))
        text = "&".join([query, *(f"{name}={value}" for name, value in needed.items())])
        answer = city.ask_patiently("GET", f"{filled}?{text}", role="city_admin")
        assert answer.status in (400, 422), (filled, text, answer.status)
        assert code_of(answer) in ("invalid_fields", "text_invalid", "invalid_request", "malformed_id")


@pytest.mark.parametrize(
    "body", ["[]", "[[]]", '"text"', "1", "null", "true", "{", "", "[" * 5_000, '{"a":' * 40 + "1" + "}" * 40]
)
def test_something_else_where_an_object_belongs_is_refused_by_every_command(city: City, body: str) -> None:
    for path, methods in city.document["paths"].items():
        for method in {"put", "post"} & set(methods):
            if "requestBody" not in methods[method]:
                continue
            filled = filled_with_anything(path)
            headers = JSON | {"Idempotency-Key": str(new_id()), "If-Match": "1"}
            answer = city.ask_patiently(method.upper(), filled, role="city_admin", body=body.encode(), headers=headers)
            assert 400 <= answer.status < 500, (method, path, answer.status, answer.data[:200])
            code_of(answer)


def filled_with_anything(path: str) -> str:
    """Return a path whose ids are of nothing."""
    while "{" in path:
        name = path[path.index("{") : path.index("}") + 1]
        path = path.replace(name, "approval" if name == "{name}" else str(new_id()))
    return path


HEAD = "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n"


def raw(city: City, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are, and return the first answer to them."""
    parts = urlsplit(city.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=SECONDS) as connection:
        connection.sendall(sent)
        stream = connection.makefile("rb")
        status = int(stream.readline().split()[1])
        headers = dict(_headers(stream))
        return status, headers, stream.read(int(headers["content-length"]))


def _headers(stream: Any) -> Iterator[tuple[str, str]]:
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        yield name.lower(), value.strip()


def chunked(city: City, *chunks: bytes, more: str = "") -> bytes:
    """Return a request whose body comes in these bytes, as chunks or what is none."""
    told = f"Authorization: Bearer {city.token('city_admin')}\r\nTransfer-Encoding: chunked\r\n"
    told += f"Content-Type: application/json\r\nIdempotency-Key: {new_id()}\r\n{more}"
    head = HEAD.format(method="PUT", path=f"/v1/donations/{new_id()}", host="x", more=told)
    return head.encode() + b"".join(chunks)


def chunk(content: bytes) -> bytes:
    """Return one chunk."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


END = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        ((chunk(b'{"minutes": 1, "why": "a\\u0000b"}'), END), 400),
        ((chunk(b'{"minutes": 1, "why": "\\ud800"}'), END), 400),
        ((chunk(b"[" * 3_000), END), 400),
        ((chunk(b"[]"), END), 422),
        ((*[chunk(b" " * 8_000)] * 40, END), 413),
        ((b"zz\r\n{}\r\n", END), 400),
        ((b"-1\r\n{}\r\n", END), 400),
        ((b"5\r\n{}\r\n", END), 400),
        ((b"2\r\n{}xx", END), 400),
        ((b"fffffffffffffffff\r\n{}\r\n", END), 400),
    ],
)
def test_broken_chunks_and_what_comes_in_whole_ones(city: City, chunks: tuple[bytes, ...], status: int) -> None:
    found, headers, body = raw(city, chunked(city, *chunks))

    assert (found, headers["content-type"]) == (status, PROBLEM)
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (HEAD.format(method="GET", path="/v1/" + "x" * 9_000, host="x", more="").encode(), 414),
        (HEAD.format(method="GET", path="/v1/me", host="x", more="X-Long: " + "x" * 70_000 + "\r\n").encode(), 431),
        (HEAD.format(method="GET", path="/v1/me", host="x", more="X-Many: x\r\n" * 300).encode(), 431),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /v1/me HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET /v1/me HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n", 400),
        (b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400),
        (b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 501),
    ],
)
def test_what_is_no_http_or_too_much_is_a_problem_too(city: City, sent: bytes, status: int) -> None:
    found, headers, body = raw(city, sent)

    assert (found, headers["content-type"]) == (status, PROBLEM)
    assert json.loads(body)["status"] == status
    assert "server" not in headers


@pytest.mark.parametrize(
    "rows", ["name_zh,born\na\0b,1950-01-01\n", "name_zh\0,born\nx,1950-01-01\n", "name_zh,born\n\u202ex,0001-01-01\n"]
)
def test_a_table_with_nonsense_is_told_row_by_row_or_refused(city: City, rows: str) -> None:
    path = f"/v1/imports/{new_id()}"

    answer = city.ask("PUT", path, role="district_admin", body=rows.encode(), headers={"Content-Type": "text/csv"})

    assert answer.status in (202, 400)
    city.world.client.settle()
    told = city.ask("GET", path, role="district_admin")
    assert told.status == (404 if answer.status == 400 else 200)
    assert answer.status == 400 or told.json()["accepted"] == 0


@pytest.mark.parametrize(
    "path",
    ["/v1/orders/", "/v1/orders/%00", "/v1/queues/%00", "/v1/queues/x%0A", "/v1//orders", "/v1/logs/x/tile/../../.."],
)
def test_a_path_of_nonsense_is_none(city: City, path: str) -> None:
    answer = city.ask("GET", path, role="city_admin", headers={"Host": "evil.example"})

    assert answer.status in (400, 404)
    assert "evil" not in f"{answer.headers} {answer.data!r}"
    code_of(answer)


@pytest.mark.parametrize("minutes", [1 << 31, 1 << 63, 1 << 200, -1, 0, 1.5, "1", True, None, [], {}, float("nan")])
def test_minutes_that_are_none_reach_no_service(city: City, minutes: object) -> None:
    person = city.ids["person_id"]
    day = {"person_id": person, "minutes": minutes, "served_on": "2026-03-01", "scan": "sha256:" + "0" * 64}
    terms = {"recipient_id": person, "service": "A7", "minutes": minutes, "start": "2026-03-09T10:00:00Z"}
    for path, body in (
        (f"/v1/service-records/{new_id()}", day),
        (f"/v1/redemptions/{new_id()}", terms),
        (f"/v1/orders/{new_id()}", terms | {"funding": "programme"}),
        (f"/v1/gifts/{new_id()}", {"to": person, "minutes": minutes}),
        (f"/v1/adjustments/{new_id()}", {"kind": "migration", "person_id": person, "minutes": minutes, "why": "x"}),
    ):
        answer = city.ask("PUT", path, role="city_admin", body=json.dumps(body).encode(), headers=JSON)
        assert answer.status in (400, 403, 422), (path, answer.status)


def test_a_year_that_is_none_makes_no_statement_unreadable(city: City) -> None:
    for year in ("0001", "1999", "2101", "9999"):
        body = {
            "kind": "migration", "person_id": city.ids["person_id"], "minutes": 10, "why": "x",
            "scan": "sha256:" + "0" * 64, "effective_at": f"{year}-06-01T00:00:00Z",
        }  # fmt: skip
        answer = city.ask(
            "PUT", f"/v1/adjustments/{new_id()}", role="city_admin", body=json.dumps(body).encode(), headers=JSON
        )
        assert (answer.status, code_of(answer)) == (422, "invalid_fields")
    for by in ("recorded", "service"):
        assert city.ask("GET", f"/v1/statements?person={city.ids['person']}&by={by}", role="recipient").status == 200


@pytest.mark.parametrize(
    "body", [[], {"now": []}, {"now": "0001-01-01T00:00:00Z"}, {"now": "9999-12-31T23:59:59Z"}, "x"]
)
def test_the_clock_of_a_demonstration_is_not_broken_either(city: City, body: object) -> None:
    answer = city.ask("PUT", "/demo/clock", body=json.dumps(body).encode(), headers=JSON)

    assert 400 <= answer.status < 500
    code_of(answer)


def test_a_name_that_turns_the_text_around_is_refused_everywhere(city: City) -> None:
    for text in ("a\u202eb", "a\u2066b", "a\u2028b", "a\x07b", "a\u0085b"):
        body = json.dumps({"login": text, "password": "x"}).encode()
        answer = city.ask("POST", "/v1/sessions", body=body, headers=JSON)
        assert (answer.status, code_of(answer)) == (400, "text_invalid")
        asked = city.ask("GET", f"/v1/persons?q={quote(text)}", role="city_admin")
        assert (asked.status, code_of(asked)) == (400, "text_invalid")
