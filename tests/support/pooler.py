"""A pool of transactions before PostgreSQL, as PgBouncer is one: another session for each transaction, by turns.

It speaks the protocol's framing only. Its sessions with the server are opened by psycopg, which signs in, and sent
`connect_query` once. A client gets a session with its first message and gives it back when the server says that no
transaction is open; the next one takes the session that has rested longest. As PgBouncer does, it refuses `options`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg

from libs.db.database import plain_url

SSL_REQUEST, CANCEL_REQUEST, GSS_REQUEST = 80877103, 80877102, 80877104
WAIT_SECONDS_MAX = 20.0
READ_BYTES = 65_536
_REFUSED = b"SFATAL\x00C08P01\x00Munsupported startup parameter: options\x00\x00"


@dataclass
class Pooler:
    """Listens until closed."""

    sessions: queue.Queue[socket.socket]
    greeting: bytes
    most_waiting: int = 0
    served: int = 0
    """How many times a session was lent."""
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _clients: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self._listening.getsockname()[1])

    def listen(self) -> None:
        """Serve each client in a thread of its own."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._clients.append(client)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """End clients and sessions."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def lend(self) -> socket.socket:
        """Return the session that has rested longest."""
        self.served += 1
        return self.sessions.get(timeout=WAIT_SECONDS_MAX)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, EOFError):
            if _is_welcome(client):
                client.sendall(self.greeting)
                _Client(client, self).pass_on()


@dataclass
class _Client:
    """One connection, and the session that it has while a transaction is open."""

    client: socket.socket
    pooler: Pooler
    session: socket.socket | None = None
    awaited: int = 0
    """How many times the server is yet to say that it is ready."""
    is_extended: bool = False

    def pass_on(self) -> None:
        """Pass messages both ways until the client leaves."""
        try:
            while True:
                sides = [self.client] + ([self.session] if self.session else [])
                ready, _, _ = select.select(sides, [], [])
                if self.session in ready:
                    self._answer()
                elif self.client in ready and not self._ask():
                    return
        finally:
            if self.session is not None:  # Whoever leaves in the middle takes the session along.
                self.session.close()

    def _ask(self) -> bool:
        kind, message = _message(self.client)
        if kind == b"X":
            return False
        if self.session is None:
            self.session = self.pooler.lend()
        if kind in (b"Q", b"S"):
            self.awaited += 1
            self.is_extended = kind == b"S"
        self.session.sendall(message)
        return True

    def _answer(self) -> None:
        assert self.session is not None
        kind, message = _message(self.session)
        self.client.sendall(message)
        if kind == b"G" and self.is_extended:
            self.awaited -= 1  # While it copies the server passes over what should make it ready.
        if kind == b"Z":
            self.awaited -= 1
            if self.awaited == 0 and message[-1:] == b"I":
                self.pooler.sessions.put(self.session)
                self.session = None


def _is_welcome(client: socket.socket) -> bool:
    while True:
        (length,) = struct.unpack("!i", _exactly(client, 4))
        body = _exactly(client, length - 4)
        (code,) = struct.unpack("!i", body[:4])
        if code in (SSL_REQUEST, GSS_REQUEST):
            client.sendall(b"N")
        elif code == CANCEL_REQUEST:
            return False
        elif b"\x00options\x00" in body:
            client.sendall(b"E" + struct.pack("!i", len(_REFUSED) + 4) + _REFUSED)
            return False
        else:
            return True


def _message(side: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(side, 5)
    (length,) = struct.unpack("!i", head[1:])
    return head[:1], head + _exactly(side, length - 4)


def _exactly(side: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = side.recv(min(count, READ_BYTES))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


@contextlib.contextmanager
def pooling(url: str, *, sessions: int, connect_query: str) -> Iterator[tuple[Pooler, str]]:
    """Give a pool before a database and its URL; everybody who comes is the role of `url`."""
    opened = [psycopg.connect(plain_url(url), autocommit=True) for _ in range(sessions)]
    for connection in opened:
        connection.execute(connect_query.encode() if connect_query else b"SELECT 1")
    pooler = Pooler(queue.Queue(), _greeting(opened[0]))
    for connection in opened:
        pooler.sessions.put(socket.socket(fileno=os.dup(connection.pgconn.socket)))
    for session in list(pooler.sessions.queue):
        session.setblocking(True)
    listening = threading.Thread(target=pooler.listen)
    listening.start()
    try:
        yield pooler, _through(url, pooler.port)
    finally:
        pooler.close()
        listening.join()
        for connection in opened:
            connection.close()


def _greeting(connection: psycopg.Connection[object]) -> bytes:
    """Return what a server says to whoever has signed in."""
    status: Callable[[bytes], bytes | None] = connection.pgconn.parameter_status
    names = (b"server_version", b"client_encoding", b"DateStyle", b"TimeZone", b"integer_datetimes")
    answers = [(b"R", struct.pack("!i", 0))]
    answers += [
        (b"S", name + b"\x00" + (status(name) or b"") + b"\x00") for name in (*names, b"standard_conforming_strings")
    ]
    answers += [(b"K", struct.pack("!ii", 1, 1)), (b"Z", b"I")]
    return b"".join(kind + struct.pack("!i", len(body) + 4) + body for kind, body in answers)


def _through(url: str, port: int) -> str:
    given = psycopg.conninfo.conninfo_to_dict(plain_url(url))
    return f"postgresql://{given['user']}@127.0.0.1:{port}/{given['dbname']}?sslmode=disable"
