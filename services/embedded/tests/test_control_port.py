"""Whoever connects to the control port, and whatever they do there, the supervisor lives and waits for nobody."""

from __future__ import annotations

import select
import socket
import struct

import pytest

from services.embedded import control_port
from services.embedded.control_port import CONNECTIONS_MAX, WORDS_BYTES_MAX, ControlPort, answer

ABORT = struct.pack("ii", 1, 0)
LOOKS_MAX = 10


def _caller(port: ControlPort, words: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port.port), timeout=10)
    connection.sendall(words)
    return connection


def _look(port: ControlPort) -> list[str]:
    """Look as the supervisor does, until nothing more is there to be seen."""
    verbs = []
    for _ in range(LOOKS_MAX * CONNECTIONS_MAX):
        ready, _, _ = select.select(port.descriptors(), [], [], 0.01)
        if not ready:
            break
        for verb, connection in port.heard(ready):
            verbs.append(verb)
            answer(connection, "done")
    return verbs


def test_who_knows_the_secret_is_heard_and_answered() -> None:
    port = ControlPort("secret")
    caller = _caller(port, b"secret re")
    assert _look(port) == []
    caller.sendall(b"set\n")

    assert _look(port) == ["reset"]
    assert caller.recv(100) == b"done\n"


def test_a_port_scan_silence_noise_and_a_reset_connection_harm_nothing() -> None:
    port = ControlPort("secret")
    callers = [
        _caller(port),
        _caller(port, b"\xff\x00" * WORDS_BYTES_MAX),
        _caller(port, b"wrong reset\n"),
        _caller(port, b"reset\n"),
        _caller(port, b"secret"),
    ]
    _caller(port, b"GET / HTTP/1.0\r\n\r\n").close()
    aborted = _caller(port, b"secret")
    aborted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    aborted.close()
    assert _look(port) == []

    asking = _caller(port, b"secret reset\n")

    assert _look(port) == ["reset"]
    for caller in (*callers, asking):
        caller.close()


def test_many_who_are_silent_make_room_for_one_who_asks() -> None:
    port = ControlPort("secret")
    silent = []
    for _ in range(3 * CONNECTIONS_MAX):
        silent.append(_caller(port))
        _look(port)

    asking = _caller(port, b"secret reset\n")

    assert _look(port) == ["reset"]
    assert len(port.descriptors()) <= CONNECTIONS_MAX + 1
    for caller in (*silent, asking):
        caller.close()


def test_who_spoke_while_we_were_busy_elsewhere_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_port, "SILENCE_SECONDS_MAX", 0.0)
    port = ControlPort("secret")
    caller = _caller(port)
    ready, _, _ = select.select(port.descriptors(), [], [], 10)
    assert list(port.heard(ready)) == []
    caller.sendall(b"secret reset\n")

    assert _look(port) == ["reset"]


def test_who_stays_silent_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_port, "SILENCE_SECONDS_MAX", 0.0)
    port = ControlPort("secret")
    caller = _caller(port)
    ready, _, _ = select.select(port.descriptors(), [], [], 10)
    assert list(port.heard(ready)) == []

    assert list(port.heard([])) == []
    assert caller.recv(10) == b""
