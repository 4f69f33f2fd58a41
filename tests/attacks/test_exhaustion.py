"""Nobody is kept waiting by clients who are slow, silent or deaf, nor by what one of them asks for."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator

import pytest

from libs.http.worker import COSTLY_THREADS, COSTLY_WAITING_MAX
from tests.attacks.slow_clients import DEAF, KINDS, SIGN_INS, ask, held
from tests.attacks.small_server import THREADS, serving

OTHERS = 40
TINY = 1024


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with four threads."""
    with serving() as port:
        yield port


def _said(port: int, words: bytes) -> bytes:
    """Return all that the server says to these words, until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(words)
        return _rest(connection)


def _rest(connection: socket.socket) -> bytes:
    answer = b""
    while part := connection.recv(65536):
        answer += part
    return answer


@pytest.mark.parametrize("kind", list(KINDS))
def test_others_are_answered_while_slow_clients_are_still_waited_for(port: int, kind: str) -> None:
    count, words = KINDS[kind]
    with held(port, count, words) as slow:
        answered = [ask(port)[0] for _ in range(OTHERS)]

        assert answered == [200] * OTHERS
        assert slow.open() > THREADS, "who waited for them to go would have seen them gone"


def test_who_does_not_read_the_answer_keeps_nobody_waiting(port: int) -> None:
    request = b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
    with held(port, DEAF, request, receives=TINY):
        assert [ask(port)[0] for _ in range(OTHERS)] == [200] * OTHERS


def test_a_large_answer_arrives_whole(port: int) -> None:
    answer = _said(port, b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) == 3_000_000


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"Content-Length: 4, 4\r\n\r\nabcd",
        b"Content-Length: +4\r\n\r\nabcd",
        b"Content-Length: 4\r\n folded\r\n\r\nabcd",
        b"X-Folded: a\r\n Content-Length: 4\r\n\r\nabcd",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n",
    ],
)
def test_a_request_that_two_could_read_in_two_ways_is_refused_and_ends_the_connection(
    port: int, framing: bytes
) -> None:
    answer = _said(port, b"POST / HTTP/1.1\r\nHost: x\r\n" + framing)

    assert answer.count(b"HTTP/1.1 ") <= 1, "what follows is never taken for a request"
    assert not answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n" + b"ffffff\r\n", 413),
        (b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 60_000, 413),
        (b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        (b'Transfer-Encoding: "chunked"\r\n\r\n', 501),
        (b"Transfer-Encoding: identity\r\n\r\n", 501),
        (b"Transfer-Encoding:\r\n\r\n", 501),
        (b"Transfer-Encoding : chunked\r\n\r\n", 501),
        (b"Transfer-Encoding: chunked\r\n , gzip\r\n\r\n", 400),
        (b"X-Early: a\r\n b\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ],
)
def test_a_body_too_long_or_coded_otherwise_is_refused_by_a_problem_without_waiting_for_its_rest(
    port: int, head: bytes, status: int
) -> None:
    answer = _said(port, b"POST / HTTP/1.1\r\nHost: x\r\n" + head)

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in answer


def test_what_is_framed_right_is_read_to_its_end(port: int) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n3;x=y\r\nfgh\r\n0\r\n\r\n"
    trailed = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Trailer: 1\r\n\r\n"
    plain = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nConnection: close\r\n\r\n1234567"

    answer = _said(port, chunked + trailed + plain)

    assert [part[-1:] for part in answer.split(b"HTTP/1.1 200")[1:]] == [b"8", b"2", b"7"]


def test_a_request_that_comes_byte_by_byte_is_answered(port: int) -> None:
    request = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(len(request)):
            connection.sendall(request[number : number + 1])

        assert _rest(connection).endswith(b"3")


def test_who_asks_whether_to_go_on_is_told_once(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        answer = _rest(connection)

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"GET /" + b"x" * 70_000, b"414"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)), b"431"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
    ],
)
def test_a_head_without_end_is_refused(port: int, words: bytes, status: bytes) -> None:
    assert _said(port, words).startswith(b"HTTP/1.1 " + status)


def test_a_stopping_server_answers_what_was_begun() -> None:
    with serving() as port:
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
        ask(port)
        idle = socket.create_connection(("127.0.0.1", port), timeout=60)
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000).endswith(b"0")
        connection.sendall(b"bc")
        answer = connection.recv(1000)
    connection.close()
    assert answer.endswith(b"3")
    assert idle.recv(1000) == b""


def test_many_costly_requests_at_once_delay_nobody_else_and_are_told_when_to_come_again() -> None:
    with serving() as port, contextlib.ExitStack() as stack:
        asked = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(SIGN_INS)
        ]
        for connection in asked:
            connection.sendall(b"POST /costly HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        refused: dict[socket.socket, bytes] = {}
        while len(refused) < SIGN_INS - COSTLY_THREADS - COSTLY_WAITING_MAX:
            ready, _, _ = select.select([one for one in asked if one not in refused], [], [])
            refused |= {connection: _rest(connection) for connection in ready}

        assert [ask(port)[0] for _ in range(OTHERS)] == [200] * OTHERS
        ask(port, "/let-go")
        worked = [_rest(connection) for connection in asked if connection not in refused]

    assert all(answer.startswith(b"HTTP/1.1 429") and b"Retry-After: 1" in answer for answer in refused.values())
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in worked)
