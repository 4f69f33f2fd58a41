"""A log for tests: a list of leaves and a key, which can make every submission, honest or not."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.tlog.merkle import consistency_proof, leaf_hash, nodes_of, root_of
from libs.tlog.notes import ED25519, Checkpoint, Note, Signer, VerifierKey, encode

FAMILY = "timebank.example/logs"
ORIGIN = FAMILY + "/district-1"
LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(1000)]


class SomeLog:
    """A log whose leaves can be rewritten."""

    def __init__(self, origin: str = ORIGIN, *, seed: int = 1) -> None:
        self.origin = origin
        self.leaves = list(LEAVES)
        self.signer = Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))

    def family_key(self) -> VerifierKey:
        """The key under the name that all its logs begin with."""
        return self.signer.key(FAMILY, kind=ED25519)

    def note(self, size: int) -> Note:
        """Its signed head."""
        text = Checkpoint(self.origin, size, root_of(self.leaves[:size])).text()
        return Note(text, (self.signer.sign(self.origin, text),))

    def submission(self, old_size: int, size: int) -> str:
        """The body of add-checkpoint."""
        path = consistency_proof(nodes_of(self.leaves), old_size=old_size, new_size=size) if old_size <= size else []
        return f"old {old_size}\n" + "".join(f"{encode(hash_)}\n" for hash_ in path) + f"\n{self.note(size)}"
