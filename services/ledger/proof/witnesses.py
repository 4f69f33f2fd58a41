"""Ask witnesses to co-sign a head (C2SP tlog-witness, POST /add-checkpoint)."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from libs.clock import monotonic
from libs.logs import get_logger
from libs.tlog.notes import Checkpoint, Note, NoteError, Signature, encode
from libs.tlog.policy import Policy, Witness
from services.ledger.proof.errors import ForkRefusedError

ANSWER_SECONDS_MAX = 3.0
ANSWER_BYTES_MAX = 16 * 1024
REST_SECONDS = 1.0
ATTEMPTS_MAX = 3
SIZE_TYPE = "text/x.tlog.size"

Prove = Callable[[int], list[bytes]]
"""Gives the proof that the head continues the tree of an older size."""


class Witnesses:
    """The witnesses of a policy, and what each was last told of each log."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._sizes: dict[tuple[str, str], int] = {}
        self._resting: dict[str, float] = {}

    def cosign(self, note: Note, prove: Prove, *, known_size: int) -> tuple[Signature, ...] | None:
        """Return the co-signatures, by name; None when too few came for the policy.

        `known_size` is the size of the last head that the witnesses are thought to have seen.

        Raises:
            ForkRefusedError: a witness has co-signed a larger or a different tree of this log.
        """
        asked = [witness for witness in self._policy.witnesses if witness.url]
        with ThreadPoolExecutor(max_workers=max(1, len(asked))) as threads:
            answers = threads.map(lambda witness: self._ask(witness, note, prove, known_size), asked)
            signatures = [signature for signature in answers if signature is not None]
        ordered = tuple(sorted(signatures, key=lambda signature: signature.name))
        signers = Note(note.text, (*note.signatures, *ordered)).signers(w.key for w in asked)
        return ordered if self._policy.is_met(signers) else None

    def _ask(self, witness: Witness, note: Note, prove: Prove, known_size: int) -> Signature | None:
        if self._resting.get(witness.name, float("-inf")) > monotonic():
            return None
        try:
            return self._submit(witness, note, prove, known_size)
        except (OSError, NoteError, UnicodeDecodeError) as error:
            self._resting[witness.name] = monotonic() + REST_SECONDS
            get_logger().warning("witness_failed", witness=witness.name, error=str(error))
            return None

    def _submit(self, witness: Witness, note: Note, prove: Prove, known_size: int) -> Signature | None:
        new = Checkpoint.parse(note.text)
        seen = (witness.name, new.origin)
        for _ in range(ATTEMPTS_MAX):
            old_size = self._sizes.get(seen, known_size)
            status, body, content_type = _post(witness.url, _submission(old_size, prove(old_size), note))
            if status == 200:
                self._sizes[seen] = new.size
                return _own_signature(witness, note, body)
            if status == 409 and content_type == SIZE_TYPE and body.strip().isdecimal():
                self._sizes[seen] = size = int(body)
                if size > new.size:
                    words = f"witness {witness.name} has co-signed {size} entries, and the journal has {new.size}"
                    raise ForkRefusedError(witness.name, size, words)
            elif status in (409, 422):
                words = f"witness {witness.name} has co-signed another history: {body.strip()}"
                raise ForkRefusedError(witness.name, old_size, words)
            else:
                raise NoteError(f"answered {status}: {body.strip()[:200]}")
        return None


def _submission(old_size: int, path: list[bytes], note: Note) -> bytes:
    hashes = "".join(f"{encode(hash_)}\n" for hash_ in path)
    return f"old {old_size}\n{hashes}\n{note}".encode()


def _own_signature(witness: Witness, note: Note, body: str) -> Signature:
    """Return the witness's own line of its answer, checked; others are ignored."""
    for line in body.splitlines():
        signature = Signature.parse(line)
        if witness.key in Note(note.text, (signature,)).signers([witness.key]):
            return signature
    raise NoteError("answered without its own signature")


def _post(url: str, body: bytes) -> tuple[int, str, str]:
    request = urllib.request.Request(url.rstrip("/") + "/add-checkpoint", data=body, method="POST")
    request.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
            return answer.status, answer.read(ANSWER_BYTES_MAX).decode(), answer.headers.get("Content-Type", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(ANSWER_BYTES_MAX).decode(), error.headers.get("Content-Type", "")
