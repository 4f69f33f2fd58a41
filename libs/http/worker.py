"""gunicorn's threads, of which none ever waits for a client.

gthread gives a thread to every connection and lets it wait there for the request: as many silent clients as there are
threads stop the service. Here the worker's loop reads, without waiting, until a request is whole, and only then gives
it to a thread; gunicorn's own parser reads those bytes and no others. What a slow client does not take of its answer
stays with the loop likewise. See docs/decisions/0021-no-thread-waits-for-a-client.md.
"""

from __future__ import annotations

import contextlib
import resource
import select
import selectors
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, NoMoreData
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn, ThreadWorker

from libs.clock import monotonic
from libs.http.framing import BODY_MAX_BYTES, Framing, Whole
from libs.http.gate import AGAIN_SECONDS
from libs.http.refused import ProblemErrors, refusal_bytes

HEAD_SECONDS_MAX = 10.0
BODY_SECONDS_MAX = 30.0
ANSWER_SECONDS_MAX = 30.0
WRITTEN_AT_ONCE_MIN = 64 * 1024
ANSWER_BYTES_KEPT_MAX = 8 * 1024 * 1024
RECEIVED_BYTES_MAX = 64 * 1024 * 1024
CONNECTIONS_MAX = 4_000
DESCRIPTORS_SPARED = 200
RECEIVE_BYTES = 64 * 1024
LOOK_SECONDS = 0.5
COSTLY_THREADS, COSTLY_WAITING_MAX = 2, 10
CLOSING_SECONDS = 1.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Answer:
    """What gunicorn takes for the client's socket: writes what fits, and keeps the rest for the loop to write."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.left = bytearray()
        self.is_broken = False

    def sendall(self, content: bytes) -> None:
        """Keep what is to be written, and write once it is a good deal: head and body leave together.

        Raises:
            TimeoutError: so much is kept that the client must take some of it first, and does not.
            ConnectionResetError: the client is gone.
        """
        self.left += content
        if len(self.left) < WRITTEN_AT_ONCE_MIN:
            return
        end = monotonic() + ANSWER_SECONDS_MAX
        while not self.write_more() and len(self.left) > ANSWER_BYTES_KEPT_MAX:
            if monotonic() > end:
                raise TimeoutError
            select.select([], [self._sock], [], LOOK_SECONDS)
        if self.is_broken:
            raise ConnectionResetError

    def send(self, content: bytes) -> int:
        """Write an interim answer (100 Continue): the loop has sent it when it was due."""
        return len(content)

    def write_more(self) -> bool:
        """Write what was kept, as far as it fits; True when nothing is left."""
        try:
            while self.left:
                del self.left[: self._sock.send(self.left)]
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self.give_up()
        return True

    def give_up(self) -> None:
        """Write no more: the client is gone."""
        self.is_broken = True
        self.left.clear()

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of a socket is asked of the client's."""
        return getattr(self._sock, name)


class Client(TConn):  # type: ignore[misc]  # gunicorn has no types
    """One connection: what has come of its request, and until when the loop waits for the rest."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.plain = sock
        self.sock = Answer(sock)
        self.received = bytearray()
        self.framing = Framing(body_bytes_max=BODY_MAX_BYTES)
        self.deadline = monotonic() + HEAD_SECONDS_MAX
        self.is_cut = False
        self.is_last = False
        self.is_watched_for = 0

    def begin_next(self, left: bytes) -> None:
        """Wait for another request, of which `left` has come already."""
        self.received = bytearray(left)
        self.framing = Framing(body_bytes_max=BODY_MAX_BYTES)

    def close(self, graceful: bool = False) -> None:
        """Close at once; the loop waits for nobody's farewell."""
        self.sock.give_up()
        with contextlib.suppress(OSError):
            if graceful:
                self.plain.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            self.plain.close()


class CostlyLane:
    """A few threads of their own for requests that cost much, so that many of them at once delay nobody else.

    Which they are is told by how they begin; one that is spelt otherwise is worked on among others, and bounded there.
    """

    def __init__(self, begin: tuple[bytes, ...]) -> None:
        self._begin = begin
        self._threads = ThreadPoolExecutor(COSTLY_THREADS, "costly")
        self._inside: set[Client] = set()

    def is_for(self, client: Client) -> bool:
        """Tell whether the client's request belongs here."""
        return client.received.startswith(self._begin)

    def take(self, client: Client, act: Callable[[Client], bool]) -> Future[bool] | None:
        """Have a request worked on; None when enough others wait."""
        if len(self._inside) >= COSTLY_THREADS + COSTLY_WAITING_MAX:
            return None
        self._inside.add(client)
        return self._threads.submit(act, client)

    def leave(self, client: Client) -> None:
        """Say that a request is done, if it was one of these."""
        self._inside.discard(client)


class PatientWorker(ProblemErrors, ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Reads requests in its loop and answers whole ones in threads.

    `costly` is how requests begin that are worked on apart from the others.
    """

    costly: tuple[bytes, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.worker_connections = min(CONNECTIONS_MAX, _descriptors_allowed() - DESCRIPTORS_SPARED)
        self._waiting: OrderedDict[Client, None] = OrderedDict()
        self._received_bytes = 0
        self._look_at = 0.0
        self._lane = CostlyLane(self.costly) if self.costly else None

    # The loop.

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; when there are too many, whoever has been waiting longest makes room."""
        try:
            sock, address = listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.nr_conns += 1
        client = Client(self.cfg, sock, address, listener.getsockname())
        self._wait_for_request(client, HEAD_SECONDS_MAX)
        self._read(client, sock)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def finish_request(self, client: Client, done: Any) -> None:
        """Go on with a client whose request was answered: write what is left, read the next request, or close."""
        try:
            keeps = bool(done.result()) if not done.cancelled() else False
        except BaseException:  # noqa: BLE001 - whatever broke the thread's work, the connection is over
            keeps = False
        if self._lane is not None:
            self._lane.leave(client)
        self._received_bytes += len(client.received)
        client.is_last = client.is_last or not keeps
        try:
            self._go_on(client)
        except (OSError, ValueError, KeyError):
            self._end(client)

    def murder_pending(self) -> None:
        """Close what has taken too long; looked at now and then, for it goes through all."""
        now = monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        for client in [one for one in self._waiting if one.deadline <= now]:
            self._end(client)

    def _cap_keepalive(self, _deadline: float) -> None:
        """When the worker stops: who has sent nothing is let go, who is in the middle may finish."""
        self._look_at = 0.0
        for client in self._waiting:
            if not client.received and not client.sock.left:
                client.deadline = min(client.deadline, monotonic() + CLOSING_SECONDS)

    def _go_on(self, client: Client) -> None:
        if client.sock.is_broken:
            self._end(client)
        elif not client.sock.write_more():
            client.deadline = monotonic() + ANSWER_SECONDS_MAX
            self._watch(client, selectors.EVENT_WRITE, self._write)
        elif client.is_cut or (client.is_last and client.received):
            self._say_farewell(client)
        elif client.is_last:
            self._end(client)
        else:
            self._wait_for_request(client, CLOSING_SECONDS if not self.alive else self.cfg.keepalive)
            self._take_if_whole(client)

    def _wait_for_request(self, client: Client, seconds: float) -> None:
        client.deadline = monotonic() + seconds
        self._watch(client, selectors.EVENT_READ, self._read)

    def _say_farewell(self, client: Client) -> None:
        """Tell the client that nothing more comes, and read what it still sends, so that it gets our last words."""
        with contextlib.suppress(OSError):
            client.plain.shutdown(socket.SHUT_WR)
        client.deadline = monotonic() + CLOSING_SECONDS
        self._watch(client, selectors.EVENT_READ, self._drain)

    def _watch(self, client: Client, what: int, act: Any) -> None:
        if client.is_watched_for:
            self.poller.modify(client.plain, what, partial(act, client))
        else:
            self.poller.register(client.plain, what, partial(act, client))
        client.is_watched_for = what
        self._waiting[client] = None
        self._waiting.move_to_end(client)

    def _let_go(self, client: Client) -> None:
        if client.is_watched_for:
            with contextlib.suppress(KeyError, ValueError, OSError):
                self.poller.unregister(client.plain)
        client.is_watched_for = 0
        self._waiting.pop(client, None)

    def _end(self, client: Client) -> None:
        self._let_go(client)
        self._received_bytes -= len(client.received)
        client.received = bytearray()
        self.nr_conns -= 1
        client.close(graceful=True)

    def _make_room(self) -> None:
        oldest = next(iter(self._waiting), None)
        if oldest is not None:
            self._end(oldest)

    # Reading and writing, when the poller says so.

    def _read(self, client: Client, sock: socket.socket) -> None:
        try:
            content = sock.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            content = b""
        if not content:
            self._end(client)
            return
        if not client.received:
            client.deadline = monotonic() + HEAD_SECONDS_MAX
        client.received += content
        self._received_bytes += len(content)
        self._take_if_whole(client)
        if self._received_bytes > RECEIVED_BYTES_MAX:
            self._make_room()

    def _take_if_whole(self, client: Client) -> None:
        if not client.received:
            return
        had_head = client.framing.has_head
        whole = client.framing.look(client.received)
        if whole is not Whole.NOT_YET:
            client.is_cut = whole is Whole.ENOUGH
            self._let_go(client)
            self._received_bytes -= len(client.received)
            self._have_answered(client)
        elif client.framing.has_head and not had_head:
            client.deadline = monotonic() + BODY_SECONDS_MAX
            if client.framing.expects_continue:
                client.sock.sendall(CONTINUE)
                client.sock.write_more()

    def _have_answered(self, client: Client) -> None:
        if client.framing.refused is not None:
            self._refuse(client, refusal_bytes(client.framing.refused))
            return
        if self._lane is None or not self._lane.is_for(client):
            self.enqueue_req(client)
            return
        work = self._lane.take(client, self.handle)
        if work is not None:
            work.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, client, done))
            return
        self._refuse(client, refusal_bytes(HTTPStatus.TOO_MANY_REQUESTS, Retry_After=str(AGAIN_SECONDS)))

    def _refuse(self, client: Client, answer: bytes) -> None:
        """Answer from the loop; the connection ends."""
        client.sock.sendall(answer)
        client.begin_next(b"")
        client.is_last = True
        self._go_on(client)

    def _write(self, client: Client, _sock: socket.socket) -> None:
        self._go_on(client)

    def _drain(self, client: Client, sock: socket.socket) -> None:
        try:
            if sock.recv(RECEIVE_BYTES):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        self._end(client)

    # In a thread.

    def handle(self, client: Client) -> bool:
        """Answer one whole request; True when the connection can carry another."""
        parser = RequestParser(self.cfg, [bytes(client.received)], client.client)
        request = None
        try:
            request = next(parser)
            keeps = self.handle_request(request, client) and parser.finish_body()
        except StopIteration:
            keeps = False
        except NoMoreData as error:
            keeps = False
            if client.is_cut:
                self.handle_error(request, client.sock, client.client, LimitRequestHeaders(str(error)))
        except OSError:
            client.sock.give_up()
            keeps = False
        except Exception as error:  # noqa: BLE001 - gunicorn tells a client's mistakes from ours, and answers both
            self.handle_error(request, client.sock, client.client, error)
            keeps = False
        client.sock.write_more()
        client.begin_next(parser.unreader.take_buffered())
        return bool(keeps) and not client.is_cut


def _descriptors_allowed() -> int:
    """Raise this process's limit of open files as far as it may, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + DESCRIPTORS_SPARED
    allowed = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 2 * DESCRIPTORS_SPARED)


def server_options(*, costly: Sequence[bytes] = ()) -> dict[str, Any]:
    """Return what every server of ours tells gunicorn, in whichever way the platform runs."""
    return {
        "worker_class": type("Worker", (PatientWorker,), {"costly": tuple(costly)}),
        # Who is believed about the caller's address is a setting of ours (libs/http/addresses.py).
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "sendfile": False,
        "control_socket_disable": True,
        "loglevel": "warning",
    }
