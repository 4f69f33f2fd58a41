"""The sealer: one per ledger database; keeps every book's log up with its journal, and has each head signed.

A head is signed by the log and by enough witnesses, then stored, then published. A head that cannot be co-signed is
not stored: the next one, a moment later, covers it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from libs.clock import Clock, monotonic
from libs.db import TRANSIENT, Connection, Database
from libs.logs import get_logger
from libs.metrics import Gauge
from libs.metrics.disk import show_disk
from libs.outbox import append
from libs.telling import describe
from libs.tlog.merkle import consistency_proof
from libs.tlog.notes import ED25519, Note, Signer
from libs.tlog.policy import Policy
from libs.tlog.rotations import Rotation, refuse_retired
from services.ledger import messages
from services.ledger.proof.book_log import BookLog
from services.ledger.proof.errors import ForkRefusedError, SealingStoppedError
from services.ledger.proof.witnesses import Witnesses
from services.ledger.store.checkpoints import SignedHead, add_head, confirm_lead, try_to_lead
from services.ledger.store.leaves import LogBook, books

SEAL_SECONDS = 1.0
LEAD_SECONDS = 1.0
_UNSEALED = Gauge("ledger_unsealed_entries", "Entries in the journals that no signed head covers yet")
_STOPPED = Gauge("ledger_sealing_stopped_logs", "Logs at which sealing has stopped, because something differs")
FAILURE_SECONDS = 2.0


class Sealer:
    """Extends, signs, stores and publishes the logs of one database."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        folder: Path,
        log_name: str,
        signer: Signer,
        policy: Policy,
        rotations: Sequence[Rotation] = (),
    ) -> None:
        """`log_name` begins the origin of every log: <log_name>/<district>; `policy` names the witnesses to ask.

        `rotations` lead from former keys to that of the signer.

        Raises:
            NoteError: the signer's key is retired.
        """
        refuse_retired(signer.key(log_name, kind=ED25519), rotations)
        self._rotations = rotations
        self._database = database
        self._clock = clock
        self._folder = folder
        self._log_name = log_name
        self._signer = signer
        self._witnesses = Witnesses(policy)
        self._policy = policy
        self._logs: dict[int, BookLog] = {}
        self._signed_sizes: dict[int, int] = {}
        self._stopped: dict[int, SealingStoppedError] = {}
        self._failure: str | None = "has not looked yet"

    @property
    def stopped(self) -> list[SealingStoppedError]:
        """The books at which sealing has stopped, and why."""
        return list(self._stopped.values())

    @property
    def problem(self) -> str | None:
        """Say in words why nothing is sealed, or not everything; None when all is, or another process leads."""
        if self._failure is not None:
            return self._failure
        return f"sealing has stopped at {len(self._stopped)} logs" if self._stopped else None

    def run(self, stop: threading.Event) -> None:
        """Seal until told to stop, whenever this process leads; others wait to take over."""
        while not stop.is_set():
            try:
                with self._database.engine.connect() as lead:
                    self._lead(lead.execution_options(isolation_level="AUTOCOMMIT"), stop)
            except (*TRANSIENT, OSError) as error:
                self._failure = f"failed: {describe(error)}"
                get_logger().warning("sealer_failed", error=describe(error))
                stop.wait(FAILURE_SECONDS)

    def tick(self) -> list[SignedHead]:
        """Seal what is new in every book; return the heads that were stored."""
        with self._database.reading() as connection:
            log_books = books(connection)
        heads = [self._seal(book) for book in log_books if book.book not in self._stopped]
        _STOPPED.set(to=len(self._stopped))
        _UNSEALED.set(to=sum(log.size - self._signed_sizes[number] for number, log in self._logs.items()))
        show_disk("log", self._folder)
        self._failure = None
        return [head for head in heads if head is not None]

    def _lead(self, lead: Connection, stop: threading.Event) -> None:
        while not stop.is_set() and not try_to_lead(lead):
            self._failure = None  # Another one seals.
            stop.wait(LEAD_SECONDS)
        self._logs.clear()
        self._stopped.clear()
        try:
            while not stop.is_set():
                began = monotonic()
                confirm_lead(lead)
                self.tick()
                stop.wait(max(0.0, SEAL_SECONDS - (monotonic() - began)))
        finally:
            lead.invalidate()

    def _seal(self, book: LogBook) -> SignedHead | None:
        try:
            return self._extend_and_sign(book)
        except SealingStoppedError as error:
            self._stop(book, error)
            return None
        except BaseException:
            self._logs.pop(book.book, None)  # What it holds may be ahead of what is stored.
            raise

    def _extend_and_sign(self, book: LogBook) -> SignedHead | None:
        is_opened = book.book not in self._logs
        with self._database.reading() as connection:
            log = self._open(connection, book) if is_opened else self._logs[book.book]
            log.extend(connection)
            log.scrub(connection)
        is_new = log.size > self._signed_sizes[book.book]
        # A log just opened without news is shown to the witnesses all the same: they may have seen a larger one.
        note = self._sign(book, log) if is_new or (is_opened and log.size) else None
        return self._store(book, log, note) if is_new and note is not None else None

    def _open(self, connection: Connection, book: LogBook) -> BookLog:
        origin = f"{self._log_name}/{book.district_id}"
        log = self._log_of(book, origin)
        self._signed_sizes[book.book] = log.open(connection)
        self._logs[book.book] = log
        log.publish_trust(self._policy)
        return log

    def _sign(self, book: LogBook, log: BookLog) -> Note | None:
        new = log.checkpoint
        note = Note(new.text(), (self._signer.sign(new.origin, new.text()),))

        def prove(old_size: int) -> list[bytes]:  # Called by a thread per witness; a reader belongs to one.
            return consistency_proof(log.reader().node, old_size=old_size, new_size=new.size)

        try:
            cosignatures = self._witnesses.cosign(note, prove, known_size=self._signed_sizes[book.book])
        except ForkRefusedError as error:
            raise SealingStoppedError(book.district_id, min(error.size, new.size), error.words) from error
        if cosignatures is None:
            get_logger().warning("too_few_witnesses", origin=new.origin, size=new.size)
            return None
        return Note(note.text, (*note.signatures, *cosignatures))

    def _store(self, book: LogBook, log: BookLog, note: Note) -> SignedHead:
        new = log.checkpoint
        head = SignedHead(book.book, book.district_id, new.size, new.root, str(note), self._clock.now())
        with self._database.transaction() as connection:
            head = add_head(connection, head)
            event = messages.checkpoint_signed(
                district_id=head.district_id, size=head.size, root=head.root, note=head.note, now=head.signed_at
            )
            append(connection, event)
        log.publish(note)
        self._signed_sizes[book.book] = new.size
        return head

    def _stop(self, book: LogBook, error: SealingStoppedError) -> None:
        get_logger().critical(
            "sealing_stopped", district_id=str(book.district_id), position=error.position, why=error.words
        )
        self._stopped[book.book] = error
        origin = f"{self._log_name}/{book.district_id}"
        log = self._logs.pop(book.book, None)
        (log or self._log_of(book, origin)).raise_alarm(str(error))

    def _log_of(self, book: LogBook, origin: str) -> BookLog:
        key = self._signer.key(origin, kind=ED25519)
        return BookLog(book, folder=self._folder, key=key, rotations=self._rotations)
