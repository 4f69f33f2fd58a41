"""Why Kafka lets nobody in: asked by hand, for its client says of a wrong password only that the socket was closed.

Signs in once over a connection of its own, with the client's options. Kafka answers nothing or an error to the second
message of SCRAM when the password is another, and so we know which of the two is wrong: the way there, or the secret.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from kafka.net.sasl import get_sasl_mechanism

from libs.clock import monotonic

SECONDS_MAX = 1.5
ASKED_AGAIN_SECONDS = 30.0
ANSWER_BYTES_MAX = 65_536
_HANDSHAKE, _AUTHENTICATE = 17, 36
_AUTHENTICATION_FAILED = 58
_TELLING = ("sasl_plain_username", "sasl_plain_password", "sasl_mechanism", "ssl_cafile")
"""What the answer depends on: once one of them is another, Kafka is asked anew."""
_lock = threading.Lock()
_answers: dict[int, tuple[float, str]] = {}


def sign_in_problem(bootstrap: Sequence[str], options: Mapping[str, Any]) -> str:
    """Return in words why Kafka does not let this user in; nothing when it does, or nobody is there to say so.

    Asked of the first address that answers, and not again for half a minute.
    """
    user = str(options.get("sasl_plain_username") or "")
    if not user:
        return ""
    key = hash((*bootstrap, *(str(options.get(name)) for name in _TELLING)))
    with _lock:
        asked_at, answer = _answers.get(key, (float("-inf"), ""))
        if monotonic() - asked_at > ASKED_AGAIN_SECONDS:
            answer = next((words for address in bootstrap if (words := _ask(address, user, options)) is not None), "")
            _answers[key] = (monotonic(), answer)
    return answer


def _ask(address: str, user: str, options: Mapping[str, Any]) -> str | None:
    """Return what one address says; None when it says nothing."""
    host, _, port = address.strip().rpartition(":")
    context = ssl.create_default_context(cafile=str(options["ssl_cafile"]))
    try:
        with (
            socket.create_connection((host.strip("[]"), int(port)), SECONDS_MAX) as plain,
            context.wrap_socket(plain, server_hostname=host.strip("[]")) as wire,
        ):
            return _sign_in(wire, host, user, options)
    except ssl.SSLCertVerificationError as error:
        return f"Kafka is not who it should be: {error.verify_message}"
    except (OSError, EOFError):
        return None


def _sign_in(wire: ssl.SSLSocket, host: str, user: str, options: Mapping[str, Any]) -> str:
    mechanism = str(options["sasl_mechanism"])
    if _error_of(_asked(wire, _HANDSHAKE, 1, _text(mechanism))):
        return f"Kafka does not know the mechanism {mechanism}"
    client = get_sasl_mechanism(mechanism)(host=host, **options)
    while not client.is_done():
        token = client.auth_bytes()
        answer = b""
        with contextlib.suppress(EOFError):  # A node may close the connection in place of an answer.
            answer = _asked(wire, _AUTHENTICATE, 0, struct.pack("!i", len(token)) + token)
        if not answer or _error_of(answer) == _AUTHENTICATION_FAILED:
            return f"Kafka refuses the user {user}: it does not know it, or the password is another"
        client.receive(_token_of(answer))
    return ""


def _asked(wire: ssl.SSLSocket, key: int, version: int, body: bytes) -> bytes:
    """Send a request and return its answer, without what says which it answers."""
    request = struct.pack("!hhi", key, version, 0) + _text("timebank-sign-in") + body
    wire.sendall(struct.pack("!i", len(request)) + request)
    (length,) = struct.unpack("!i", _exactly(wire, 4))
    if not 4 <= length <= ANSWER_BYTES_MAX:
        raise EOFError
    return _exactly(wire, length)[4:]


def _error_of(answer: bytes) -> int:
    return int(struct.unpack("!h", answer[:2])[0])


def _token_of(answer: bytes) -> bytes:
    """Return the bytes behind the error's number and its words, of which there may be none."""
    (words,) = struct.unpack("!h", answer[2:4])
    begin = 4 + max(words, 0)
    (length,) = struct.unpack("!i", answer[begin : begin + 4])
    return answer[begin + 4 : begin + 4 + length]


def _text(text: str) -> bytes:
    return struct.pack("!h", len(text)) + text.encode()


def _exactly(wire: ssl.SSLSocket, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        part = wire.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return parts
