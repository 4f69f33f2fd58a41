"""Codes and notices handed to a gateway of messages by HTTP: signed, tried twice, never waited for long.

The body is JSON: `id` (the same when it is sent again), `kind` (`code`, `notice`, `spoken_call`), `to`, `at`, and
`code` or `text`: gateways have the words around a code as a template. With a text come its `lines`: of each the
`template` and the `language` by which a gateway may have registered it, and the `values` of its places.
It is signed (signatures.py). An answer of 2xx says that the gateway has it; what else it says under `receipt` is
logged, to be looked up there. What became of it later it may tell at `/v1/gateway/receipts`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import urllib3

from libs.clock import machine_now, monotonic
from libs.ids import new_id
from libs.logs import get_logger
from libs.secret_files import refuse_open_file
from libs.telling import TellableError
from services.accounts.core.gateways.signatures import HEADER, signed
from services.accounts.core.rules.notices import Line, text_of

CONNECT_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 3.0
TRIES_MAX = 2
PAUSE_SECONDS = 0.3
FAILURES_BEFORE_REST = 3
REST_SECONDS = 30.0
ANSWER_BYTES_MAX = 4_096
SECRET_BYTES_MIN = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_RECEIPT = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_PASSING = frozenset({408, 429})


class NotSentError(TellableError, OSError):
    """The gateway has not taken a message; the words hold nothing of it."""


class WeakSecretError(ValueError):
    """The secret that messages are signed by is shorter than 32 bytes."""


def address_problem(address: str) -> str | None:
    """Say why messages may not be sent to an address; None when they may."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        return "is no address as https://gateway.example/messages"
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return "is plaintext: codes and numbers go to another machine over https only"
    return None


def read_secret(file: Path) -> bytes:
    """Return what messages to the gateway, and its receipts, are signed by.

    Raises:
        OpenSecretError: others may read it.
        WeakSecretError: it is too short.
    """
    refuse_open_file(file)
    secret = file.read_bytes().strip()
    if len(secret) < SECRET_BYTES_MIN:
        raise WeakSecretError(f"{file} has fewer than {SECRET_BYTES_MIN} bytes")
    return secret


class HttpSender:
    """Hands codes and notices to one gateway; used by several threads."""

    def __init__(self, address: str, *, secret_file: Path, ca_file: Path | None = None) -> None:
        """Read the secret.

        Raises:
            OpenSecretError: others may read it.
            WeakSecretError: it is too short.
        """
        self.secret = read_secret(secret_file)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS_MAX, read=ANSWER_SECONDS_MAX, total=ANSWER_SECONDS_MAX)
        self._pool = urllib3.PoolManager(
            retries=False, timeout=timeout, ca_certs=str(ca_file) if ca_file else None, cert_reqs="CERT_REQUIRED"
        )
        self._address = address
        self._failures, self._rests_until = 0, float("-inf")
        self._lock = threading.Lock()

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Send a code.

        Raises:
            NotSentError
        """
        self._hand_over("code", phone_number, {"code": code}, now)

    def tell(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Send a notice; return its id, which its receipt names.

        Raises:
            NotSentError
        """
        return self._hand_over("notice", phone_number, _content(lines), now)

    def speak(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Have the number called and a notice said; return its id, which its receipt names.

        Raises:
            NotSentError
        """
        return self._hand_over("spoken_call", phone_number, _content(lines), now)

    def _hand_over(self, kind: str, number: str, content: Mapping[str, object], now: datetime) -> UUID:
        if monotonic() < self._rests_until:
            raise NotSentError("the gateway did not answer several times, and is left alone for a while")
        message_id = new_id()
        message = {"id": str(message_id), "kind": kind, "to": number, **content, "at": now.isoformat()}
        body = json.dumps(message, ensure_ascii=False).encode()
        problem = ""
        for attempt in range(TRIES_MAX):
            if attempt:
                threading.Event().wait(PAUSE_SECONDS)
            problem = self._try(body, str(message_id), kind)
            if not problem:
                self._note(failed=False)
                return message_id
        self._note(failed=True)
        raise NotSentError(problem)

    def _try(self, body: bytes, message_id: str, kind: str) -> str:
        """Send once; return what is wrong, if it may pass by itself.

        Raises:
            NotSentError: the gateway will not have it, however often it is sent.
        """
        try:
            answer = self._pool.request(
                "POST", self._address, body=body, headers=self._headers(body), redirect=False, preload_content=False
            )
            said = answer.read(ANSWER_BYTES_MAX)
            answer.release_conn() if len(said) < ANSWER_BYTES_MAX else answer.close()
        except urllib3.exceptions.HTTPError as error:
            return f"the gateway does not answer: {type(error).__name__}"
        if 200 <= answer.status < 300:
            get_logger().info("message_taken", kind=kind, message_id=message_id, receipt=_receipt(said))
            return ""
        if answer.status < 500 and answer.status not in _PASSING:
            raise NotSentError(f"the gateway refuses it: {answer.status}")
        return f"the gateway answers {answer.status}"

    def _headers(self, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            HEADER: signed(self.secret, body, machine_now()),
        }

    def _note(self, *, failed: bool) -> None:
        """Leave a gateway alone that fails again and again: who waits behind is not to wait for each message."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= FAILURES_BEFORE_REST:
                self._failures, self._rests_until = 0, monotonic() + REST_SECONDS


def _content(lines: Sequence[Line]) -> dict[str, object]:
    each = [{"template": line.template, "language": line.language, "values": dict(line.values)} for line in lines]
    return {"text": text_of(lines), "lines": each}


def _receipt(said: bytes) -> str:
    """Return what the gateway calls the message, if it is a name and nothing more."""
    try:
        receipt = str(json.loads(said)["receipt"])
    except (ValueError, KeyError, TypeError):
        return ""
    return receipt if _RECEIPT.fullmatch(receipt) else ""
