"""Why the sealer stops, and why there is no receipt yet."""

from __future__ import annotations

from uuid import UUID


class SealingStoppedError(Exception):
    """The journal of a district and what was signed of it differ; nothing more is signed until that is cleared up."""

    def __init__(self, district_id: UUID, position: int, words: str) -> None:
        super().__init__(f"district {district_id}, position {position}: {words}")
        self.district_id = district_id
        self.position = position
        self.words = words


class ForkRefusedError(Exception):
    """A witness has co-signed another history of this log."""

    def __init__(self, witness: str, size: int, words: str) -> None:
        super().__init__(words)
        self.witness = witness
        self.size = size
        self.words = words
