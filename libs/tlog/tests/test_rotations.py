"""A key names its successor, both sign it, and nothing about it can be changed or left out."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.tlog.notes import ED25519, Note, NoteError, Signer
from libs.tlog.rotations import HEAD, read_rotations, refuse_retired, state_rotation, written

NAME = "time.example/ledger"
ONE, TWO, THREE, STRANGER = (Signer(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in range(1, 5))
FIRST, SECOND = state_rotation(ONE, TWO, name=NAME), state_rotation(TWO, THREE, name=NAME)


def test_statements_are_read_as_they_were_written() -> None:
    assert read_rotations(written([FIRST, SECOND])) == (FIRST, SECOND)
    assert read_rotations("") == ()


def test_no_byte_of_a_statement_can_be_changed() -> None:
    text = written([FIRST])
    for at in range(len(text)):
        changed = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        with pytest.raises(NoteError):
            read_rotations(changed)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_statement_that_only_one_of_the_keys_signed_is_refused(kept: int) -> None:
    alone = dataclasses.replace(FIRST, note=Note(FIRST.note.text, (FIRST.note.signatures[kept],)))

    with pytest.raises(NoteError, match="signed by both"):
        read_rotations(written([alone]))


def test_a_stranger_names_no_successor() -> None:
    text = FIRST.note.text
    forged = Note(text, (STRANGER.sign(NAME, text), TWO.sign(NAME, text)))

    with pytest.raises(NoteError, match="signed by both"):
        read_rotations(str(forged))


def test_a_statement_in_the_middle_cannot_be_left_out() -> None:
    with pytest.raises(NoteError, match="do not follow"):
        read_rotations(written([SECOND, FIRST]))
    with pytest.raises(NoteError, match="not a statement"):
        read_rotations(f"nothing\n{HEAD}")


def test_a_retired_key_and_one_that_nobody_named_are_refused() -> None:
    keys = [signer.key(NAME, kind=ED25519) for signer in (ONE, TWO, THREE, STRANGER)]
    refuse_retired(keys[2], [FIRST, SECOND])
    refuse_retired(keys[3], [])

    for key, words in ((keys[0], "is retired"), (keys[1], "is retired"), (keys[3], "do not lead")):
        with pytest.raises(NoteError, match=words):
            refuse_retired(key, [FIRST, SECOND])
