"""C2SP tlog-policy: which logs one trusts, which witnesses, and how many of them must have co-signed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from libs.tlog.notes import COSIGNATURE, ED25519, NoteError, VerifierKey

LINES_MAX = 1000


class PolicyError(ValueError):
    """The policy file is malformed; the text names the line."""


@dataclasses.dataclass(frozen=True)
class Witness:
    """A witness of a policy; `url` is where it takes checkpoints, when that is known."""

    name: str
    key: VerifierKey
    url: str


@dataclasses.dataclass(frozen=True)
class Policy:
    """A policy file, read. `groups` maps a name to (how many, of whom)."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[Witness, ...]
    groups: dict[str, tuple[int, tuple[str, ...]]]
    quorum: str

    def is_met(self, signers: Iterable[VerifierKey]) -> bool:
        """Tell whether co-signatures of these keys are enough."""
        keys = frozenset(signers)
        signed = {witness.name for witness in self.witnesses if witness.key in keys}
        for name, (needed, members) in self.groups.items():
            if sum(member in signed for member in members) >= needed:
                signed.add(name)
        return self.quorum == "none" or self.quorum in signed

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read a policy file.

        Raises:
            PolicyError: a line is malformed, a name is unknown or used twice, or there is not one quorum.
        """
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), start=1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                try:
                    reading.take(words)
                except (NoteError, ValueError, IndexError) as error:
                    raise PolicyError(f"line {number}: {error}") from error
        if reading.quorum is None:
            raise PolicyError("there is no quorum line")
        return cls(tuple(reading.logs), tuple(reading.witnesses), reading.groups, reading.quorum)


class _Reading:
    """What was read of a policy file so far."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: list[Witness] = []
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.quorum: str | None = None
        self._names: set[str] = set()

    def take(self, words: list[str]) -> None:
        if words[0] == "log":
            self.logs.append(_key(words[1], ED25519))
        elif words[0] == "witness":
            self._name(words[1])
            url = words[3] if len(words) > 3 else ""
            self.witnesses.append(Witness(name=words[1], key=_key(words[2], COSIGNATURE), url=url))
        elif words[0] == "group":
            self._group(words[1], words[2], words[3:])
        elif words[0] == "quorum" and self.quorum is None:
            self.quorum = words[1] if words[1] == "none" else self._known(words[1])
        else:
            raise ValueError(f"{words[0]} is not expected here")

    def _group(self, name: str, needed: str, members: list[str]) -> None:
        for member in members:
            self._known(member)
        count = {"all": len(members), "any": 1}.get(needed) or int(needed)
        if not 1 <= count <= len(members):
            raise ValueError(f"{needed} of {len(members)} members")
        self._name(name)
        self.groups[name] = (count, tuple(members))

    def _name(self, name: str) -> None:
        if name in self._names or name == "none":
            raise ValueError(f"the name {name} is taken")
        self._names.add(name)

    def _known(self, name: str) -> str:
        if name not in self._names:
            raise ValueError(f"the name {name} is not defined above")
        return name


def _key(text: str, kind: int) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.kind != kind:
        raise ValueError(f"{key.name} is a key of the wrong kind")
    return key
