"""A key names its successor: a note that both have signed, which anybody who trusts the old one can check offline.

timebank key rotation v1
old <vkey>
new <vkey>

— <name> <signature by the old key>
— <name> <signature by the new key>
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from pathlib import Path

from libs.tlog.notes import (
    ED25519,
    Note,
    NoteError,
    Signer,
    VerifierKey,
    create_new_signer,
    load_signer,
    write_atomically,
)

HEAD = "timebank key rotation v1"
MODE = 0o600


@dataclasses.dataclass(frozen=True)
class Rotation:
    """One key in the place of another, under one name."""

    old: VerifierKey
    new: VerifierKey
    note: Note


def state_rotation(old: Signer, new: Signer, *, name: str) -> Rotation:
    """Have the old key name the new one, and the new one say that it is there."""
    keys = (old.key(name, kind=ED25519), new.key(name, kind=ED25519))
    text = f"{HEAD}\nold {keys[0]}\nnew {keys[1]}\n"
    return Rotation(*keys, Note(text, (old.sign(name, text), new.sign(name, text))))


def read_rotations(text: str) -> tuple[Rotation, ...]:
    """Read statements, the first rotation first.

    Raises:
        NoteError: one is malformed, not signed by both keys, or does not begin where the one before it ended.
    """
    before, *pieces = text.split(f"{HEAD}\n")
    if before.strip():
        raise NoteError("not a statement of a rotation")
    rotations = tuple(_read(f"{HEAD}\n{piece}\n") for piece in (given.rstrip("\n") for given in pieces))
    for earlier, later in itertools.pairwise(rotations):
        if earlier.new != later.old:
            raise NoteError("the statements do not follow each other")
    return rotations


def read_rotations_file(path: Path) -> tuple[Rotation, ...]:
    """Read the statements in a file; none where there is no file.

    Raises:
        NoteError: they do not hold.
    """
    return read_rotations(path.read_text("utf-8")) if path.exists() else ()


def refuse_retired(key: VerifierKey, rotations: Sequence[Rotation]) -> None:
    """Refuse a key that named another in its place, or one that the statements do not lead to.

    Raises:
        NoteError: it is not the key of today.
    """
    if any(key == rotation.old for rotation in rotations):
        raise NoteError(f"the key {key.key_id.hex()} of {key.name} is retired: it named another in its place")
    if rotations and rotations[-1].new != key:
        raise NoteError(f"the statements of rotation do not lead to the key {key.key_id.hex()} of {key.name}")


def rotate_key(seed: Path, former: Path, name: str, *, out_seed: Path, out_former: Path) -> Rotation:
    """Make a new key, with the statements of all rotations up to it; what is used now is only read.

    Raises:
        NoteError: the key of now cannot be used, or is not the one that the statements lead to.
        FileExistsError: such files are there already.
    """
    old, rotations = load_signer(seed), read_rotations_file(former)
    refuse_retired(old.key(name, kind=ED25519), rotations)
    out_seed.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if out_former.exists():
        raise FileExistsError(f"{out_former} is there already")
    rotation = state_rotation(old, create_new_signer(out_seed), name=name)
    write_atomically(out_former, written([*rotations, rotation]).encode(), mode=MODE, durable=True)
    return rotation


def trusted_lines(key: VerifierKey, rotations: Sequence[Rotation]) -> list[str]:
    """Return the lines of a trust file for a key and those before it, each of which named the next.

    What was signed before a rotation holds by the former key; the statements of the rotations are quoted.
    """
    former = [VerifierKey(key.name, ED25519, rotation.old.public) for rotation in reversed(rotations)]
    quoted = [f"#| {line}" for line in written(rotations).splitlines()]
    return [*(f"log {named}" for named in (key, *former)), *quoted]


def written(rotations: Sequence[Rotation]) -> str:
    """Return statements as a file holds them."""
    return "\n".join(str(rotation.note) for rotation in rotations)


def _read(piece: str) -> Rotation:
    note = Note.parse(piece)
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[1].startswith("old ") or not lines[2].startswith("new ") or lines[3]:
        raise NoteError("not a statement of a rotation")
    old, new = VerifierKey.parse(lines[1][4:]), VerifierKey.parse(lines[2][4:])
    if old.name != new.name or note.signers([old, new]) != {old, new}:
        raise NoteError("a statement of a rotation must be signed by both keys")
    return Rotation(old, new, note)
