"""What a witness decides (C2SP tlog-witness), and the folder in which it remembers.

witness.seed        its key, 0600, made at the first start
witness.former.seed the key before it, for as long as logs still ask for its signature; absent where there is none
logs                one line `log <vkey>` per log it watches; a vkey also covers every log whose name it begins
heads/<hash>        the last head it co-signed of a log (hash = SHA-256 of the log's name)
evidence/           signed heads that it refused because they do not continue what it co-signed
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import os
import re
import threading
from pathlib import Path

from libs.clock import Clock
from libs.logs import get_logger
from libs.tlog.merkle import EMPTY_ROOT, PROOF_HASHES_MAX, ProofError, verify_consistency
from libs.tlog.notes import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    NoteError,
    Signer,
    VerifierKey,
    create_new_signer,
    create_signer,
    decode,
    load_signer,
    write_atomically,
)

SEED_FILE, FORMER_FILE = "witness.seed", "witness.former.seed"
EVIDENCE_FILES_MAX = 100
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_OLD_SIZE = re.compile(r"old (0|[1-9][0-9]{0,18})")


class FolderInUseError(RuntimeError):
    """Another witness runs on this folder."""


class RefusedCheckpointError(Exception):
    """A checkpoint is not co-signed; `status` and `body` are the answer that the specification wants."""

    def __init__(self, status: int, body: str, content_type: str = TEXT_TYPE) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.content_type = content_type


@dataclasses.dataclass(frozen=True)
class Submission:
    """What a log sends: its new head, and the proof that it continues the head of `old_size`."""

    old_size: int
    path: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: str) -> Submission:
        """Read the body of add-checkpoint.

        Raises:
            RefusedCheckpointError: malformed (400).
        """
        try:
            head, _, note = body.partition("\n\n")
            first, *hashes = head.split("\n")
            match = _OLD_SIZE.fullmatch(first)
            if match is None or len(hashes) > PROOF_HASHES_MAX:
                raise NoteError("the first line is no old size, or there are too many hashes")
            parsed = Note.parse(note)
            path = tuple(decode(line) for line in hashes)
            return cls(int(match[1]), path, parsed, Checkpoint.parse(parsed.text))
        except NoteError as error:
            raise RefusedCheckpointError(400, f"{error}\n") from error


class Witness:
    """One witness on its folder."""

    def __init__(self, folder: Path, *, name: str, clock: Clock) -> None:
        """Open the folder, and keep any other process out of it.

        Raises:
            FolderInUseError: another witness has it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._lock_file = _lock_folder(folder)
        self._signer = create_signer(folder / SEED_FILE)
        self._former = load_signer(folder / FORMER_FILE) if (folder / FORMER_FILE).exists() else None

    @property
    def key(self) -> VerifierKey:
        """The key to put into trust files."""
        return self._signer.key(self._name, kind=COSIGNATURE)

    def close(self) -> None:
        """Let another process have the folder."""
        os.close(self._lock_file)

    def add_checkpoint(self, body: str) -> str:
        """Return the co-signature lines for a head that continues the last one; it is remembered before that.

        One line is by the key of now, and one by the former key while it is kept.

        Raises:
            RefusedCheckpointError: malformed (400), unknown log (404), not signed by it (403), not from the size that
                was co-signed last (409, body: that size), a fork (409 or 422).
        """
        submission = Submission.parse(body)
        self._refuse_unsigned(submission)
        if submission.old_size > submission.checkpoint.size:
            raise RefusedCheckpointError(400, "the old size is above the new one\n")
        with self._lock:
            self._refuse_inconsistent(submission)
            at_seconds = int(self._clock.now().timestamp())
            signers = [self._signer, *([self._former] if self._former else [])]
            own = [signer.cosign(self._name, submission.note.text, at_seconds=at_seconds) for signer in signers]
            self._remember(dataclasses.replace(submission.note, signatures=(*submission.note.signatures, *own)))
        return "".join(f"{signature}\n" for signature in own)

    def head(self, origin: str) -> Checkpoint:
        """Return the last head co-signed of a log; the empty tree if there is none."""
        try:
            note = self._head_file(origin).read_text()
        except FileNotFoundError:
            return Checkpoint(origin, 0, EMPTY_ROOT)
        return Checkpoint.parse(Note.parse(note).text)

    def head_note(self, origin_hash: str) -> str | None:
        """Return the note of the last head, with our co-signature, by the SHA-256 of the log's name."""
        if not re.fullmatch(r"[0-9a-f]{64}", origin_hash):
            return None
        try:
            return (self._folder / "heads" / origin_hash).read_text()
        except FileNotFoundError:
            return None

    def _refuse_unsigned(self, submission: Submission) -> None:
        origin = submission.checkpoint.origin
        publics = [key.public for key in read_logs(self._folder) if covers(key, origin)]
        if not publics:
            raise RefusedCheckpointError(404, "this log is not watched here\n")
        keys = [VerifierKey(origin, ED25519, public) for public in publics]
        try:
            signers = submission.note.signers(keys)
        except NoteError as error:
            raise RefusedCheckpointError(403, f"{error}\n") from error
        if not signers:
            raise RefusedCheckpointError(403, "not signed by the log\n")

    def _refuse_inconsistent(self, submission: Submission) -> None:
        new = submission.checkpoint
        last = self.head(new.origin)
        if submission.old_size != last.size:
            raise RefusedCheckpointError(409, f"{last.size}\n", SIZE_TYPE)
        if last.size == new.size and last.root != new.root:
            self._keep_evidence(submission)
            raise RefusedCheckpointError(409, f"fork: another tree of {last.size} leaves was co-signed\n")
        try:
            verify_consistency(
                old_size=last.size, new_size=new.size, old_root=last.root, new_root=new.root, path=submission.path
            )
        except ProofError as error:
            self._keep_evidence(submission)
            raise RefusedCheckpointError(422, f"{error}\n") from error

    def _remember(self, note: Note) -> None:
        path = self._head_file(Checkpoint.parse(note.text).origin)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, str(note).encode(), durable=True)

    def _head_file(self, origin: str) -> Path:
        return self._folder / "heads" / hashlib.sha256(origin.encode()).hexdigest()

    def _keep_evidence(self, submission: Submission) -> None:
        new = submission.checkpoint
        get_logger().error("fork_refused", origin=new.origin, size=new.size, root=new.root.hex())
        folder = self._folder / "evidence"
        folder.mkdir(exist_ok=True)
        if sum(1 for _ in folder.iterdir()) < EVIDENCE_FILES_MAX:
            name = hashlib.sha256(new.text().encode()).hexdigest()[:32]
            write_atomically(folder / f"{name}.note", str(submission.note).encode(), durable=True)


def covers(key: VerifierKey, origin: str) -> bool:
    """Tell whether a watched vkey is that of the log, or of the family that the log's name begins with."""
    return origin == key.name or origin.startswith(key.name + "/")


def read_logs(folder: Path) -> list[VerifierKey]:
    """Return the vkeys of the logs that are watched.

    Raises:
        NoteError: a line is malformed.
    """
    try:
        lines = (folder / "logs").read_text().splitlines()
    except FileNotFoundError:
        return []
    words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [VerifierKey.parse(" ".join(line[1:])) for line in words if line[0] == "log"]


def add_log(folder: Path, vkey: str) -> None:
    """Watch another log from now on; a running witness sees it at the next request.

    Raises:
        NoteError: not a vkey.
    """
    key = VerifierKey.parse(vkey.strip())
    verifier_keys = read_logs(folder)
    if key not in verifier_keys:
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"log {watched}\n" for watched in (*verifier_keys, key))
        write_atomically(folder / "logs", lines.encode(), durable=True)


def remove_log(folder: Path, vkey: str) -> None:
    """Watch a log by this key no more: what is signed with it is refused from the next request on.

    Raises:
        NoteError: not a vkey, or none that is watched.
    """
    key, watched = VerifierKey.parse(vkey.strip()), read_logs(folder)
    if key not in watched:
        raise NoteError("this key is not watched")
    lines = "".join(f"log {other}\n" for other in watched if other != key)
    write_atomically(folder / "logs", lines.encode(), durable=True)


def rotate_witness_key(folder: Path, *, out: Path) -> Signer:
    """Make a new key in another folder, beside a copy of the one of now as the former; what is used now is only read.

    Raises:
        FileExistsError: the folder has such files already.
        NoteError: the key of now cannot be used.
    """
    load_signer(folder / SEED_FILE)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (out / FORMER_FILE).exists():
        raise FileExistsError(f"{out / FORMER_FILE} is there already")
    made = create_new_signer(out / SEED_FILE)
    write_atomically(out / FORMER_FILE, (folder / SEED_FILE).read_bytes(), mode=0o600, durable=True)
    return made


def _lock_folder(folder: Path) -> int:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FolderInUseError(f"another witness runs on {folder}") from error
    return descriptor
