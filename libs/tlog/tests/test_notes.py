"""Signed notes, co-signatures, keys and policies against the examples of their specifications."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.tlog.merkle import EMPTY_ROOT
from libs.tlog.notes import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    NoteError,
    Signature,
    Signer,
    VerifierKey,
    create_signer,
    load_signer,
)
from libs.tlog.policy import Policy, PolicyError

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NAME = "timebank.example/ledger"
WITNESS = "bureau.example/witness"


def _signer(number: int = 1) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def test_the_specifications_example_verifies() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)

    assert Note.parse(EXAMPLE_NOTE).signers([key]) == {key}
    assert str(Note.parse(EXAMPLE_NOTE)) == EXAMPLE_NOTE
    assert str(key) == EXAMPLE_KEY


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(NoteError, match="does not hold"):
        Note.parse("x" + EXAMPLE_NOTE).signers([VerifierKey.parse(EXAMPLE_KEY)])


def test_signatures_of_unknown_keys_are_ignored() -> None:
    assert Note.parse(EXAMPLE_NOTE).signers([_signer().key("example.com/foo", kind=ED25519)]) == frozenset()


def test_a_cosignature_covers_the_time_and_the_checkpoint() -> None:
    text = Checkpoint(NAME, 0, EMPTY_ROOT).text()
    signature = _signer().cosign(WITNESS, text, at_seconds=1_679_315_147)
    key = _signer().key(WITNESS, kind=COSIGNATURE)

    assert Note(text, (signature,)).signers([key]) == {key}
    assert VerifierKey.parse(str(key)) == key
    later = Signature(signature.name, signature.key_id, (1_679_315_148).to_bytes(8, "big") + signature.raw[8:])
    with pytest.raises(NoteError):
        Note(text, (later,)).signers([key])


def test_the_same_key_gives_no_signature_of_the_other_kind() -> None:
    text = Checkpoint(NAME, 0, EMPTY_ROOT).text()
    cosigned = _signer().cosign(NAME, text, at_seconds=1)
    log_key = _signer().key(NAME, kind=ED25519)

    with pytest.raises(NoteError):
        Note(text, (Signature(NAME, log_key.key_id, cosigned.raw[8:]),)).signers([log_key])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno dash\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 name AAAA\n",
        "\n\n\u2014 a AAAAAAAA\n",
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(note)


@pytest.mark.parametrize("size", ["01", "-1", "", "1.0", " 1", "99999999999999999999"])
def test_malformed_sizes_are_refused(size: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(f"{NAME}\n{size}\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")


def test_a_checkpoint_reads_back() -> None:
    checkpoint = Checkpoint(NAME, 12, EMPTY_ROOT)

    assert Checkpoint.parse(checkpoint.text()) == checkpoint


def test_a_vkey_whose_id_is_not_of_its_key_is_refused() -> None:
    with pytest.raises(NoteError, match="id"):
        VerifierKey.parse(EXAMPLE_KEY.replace("530d903a", "530d903b"))


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.seed"
    made = create_signer(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert create_signer(path).key(NAME, kind=ED25519) == made.key(NAME, kind=ED25519)
    os.chmod(path, 0o640)
    with pytest.raises(NoteError, match="0600"):
        load_signer(path)


def test_a_policy_counts_witnesses_of_groups() -> None:
    keys = [_signer(number).key(f"w{number}.example", kind=COSIGNATURE) for number in (1, 2, 3)]
    log = _signer(9).key(NAME, kind=ED25519)
    text = f"# two of three\nlog {log}\n\n" + "".join(
        f"witness w{i} {key} http://w{i}/\n" for i, key in enumerate(keys)
    )
    policy = Policy.parse(text + "group most 2 w0 w1 w2\nquorum most\n")

    assert policy.logs == (log,)
    assert [witness.url for witness in policy.witnesses] == ["http://w0/", "http://w1/", "http://w2/"]
    assert not policy.is_met(keys[:1])
    assert policy.is_met(keys[1:])
    assert Policy.parse("quorum none\n").is_met([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum w\n",
        "quorum none\nquorum none\n",
        "group g 1 w\nquorum g\n",
        f"witness w {EXAMPLE_KEY}\nquorum w\n",
        "log x\nquorum none\n",
    ],
)
def test_malformed_policies_are_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        Policy.parse(text)
