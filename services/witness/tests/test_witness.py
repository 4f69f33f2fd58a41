"""A witness co-signs what continues, refuses everything else, and never forgets what it co-signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.clock import ManualClock
from libs.tlog.notes import Note, Signature
from services.witness.tests.support import FAMILY, LEAVES, ORIGIN, SomeLog
from services.witness.witness import FolderInUseError, RefusedCheckpointError, Witness, add_log

NAME = "bureau.example/witness"


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    clock = ManualClock(tmp_path / "clock")
    clock.set(datetime(2026, 11, 22, tzinfo=UTC))
    made = Witness(tmp_path / "witness", name=NAME, clock=clock)
    add_log(tmp_path / "witness", str(SomeLog().family_key()))
    yield made
    made.close()


def _refusal(witness: Witness, body: str) -> RefusedCheckpointError:
    with pytest.raises(RefusedCheckpointError) as refused:
        witness.add_checkpoint(body)
    return refused.value


def test_a_growing_log_is_cosigned(witness: Witness) -> None:
    log, size = SomeLog(), 0
    for new_size in (1, 2, 7, 256, 257, 600):
        line = witness.add_checkpoint(log.submission(size, new_size))

        note = Note(log.note(new_size).text, (Signature.parse(line.rstrip("\n")),))
        assert note.signers([witness.key]) == {witness.key}
        assert int.from_bytes(note.signatures[0].raw[:8], "big") == 1_795_305_600
        size = new_size


def test_the_same_head_is_cosigned_again(witness: Witness) -> None:
    witness.add_checkpoint(SomeLog().submission(0, 5))

    assert witness.add_checkpoint(SomeLog().submission(5, 5)).startswith("\u2014 " + NAME)


def test_a_fork_of_the_same_size_is_refused_and_kept_as_evidence(witness: Witness, tmp_path: Path) -> None:
    log = SomeLog()
    witness.add_checkpoint(log.submission(0, 5))
    log.leaves[3] = LEAVES[900]

    refused = _refusal(witness, log.submission(5, 5))

    assert refused.status == 409
    assert "fork" in refused.body
    evidence = [Note.parse(path.read_text()) for path in (tmp_path / "witness" / "evidence").iterdir()]
    assert evidence == [log.note(5)]


def test_a_fork_that_has_grown_is_refused(witness: Witness) -> None:
    log = SomeLog()
    witness.add_checkpoint(log.submission(0, 5))
    log.leaves[3] = LEAVES[900]

    assert _refusal(witness, log.submission(5, 9)).status == 422
    assert witness.head(ORIGIN).size == 5


def test_a_smaller_tree_is_refused(witness: Witness) -> None:
    log = SomeLog()
    witness.add_checkpoint(log.submission(0, 9))

    from_the_start, from_the_smaller = _refusal(witness, log.submission(0, 5)), _refusal(witness, log.submission(5, 5))
    backwards = _refusal(witness, log.submission(9, 5))

    assert (from_the_start.status, from_the_start.body) == (409, "9\n")
    assert (from_the_smaller.status, from_the_smaller.content_type) == (409, "text/x.tlog.size")
    assert backwards.status == 400


def test_an_unknown_log_and_a_foreign_signature_are_refused(witness: Witness) -> None:
    assert _refusal(witness, SomeLog("elsewhere.example/log").submission(0, 1)).status == 404
    assert _refusal(witness, SomeLog(FAMILY + "x/district-1").submission(0, 1)).status == 404
    assert _refusal(witness, SomeLog(seed=2).submission(0, 1)).status == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda _body: "",
        lambda body: body.replace("old 0", "old 00"),
        lambda body: body.replace("old 0", "old -1"),
        lambda body: body.replace("\n\n", "\nAAAA\n\n", 1).replace("AAAA", "A", 1),
        lambda body: body[:-1],
    ],
)
def test_malformed_submissions_are_refused(witness: Witness, change: object) -> None:
    assert callable(change)

    assert _refusal(witness, change(SomeLog().submission(0, 1))).status == 400


def test_another_log_below_the_same_name_has_its_own_head(witness: Witness) -> None:
    witness.add_checkpoint(SomeLog().submission(0, 5))

    witness.add_checkpoint(SomeLog(FAMILY + "/district-2").submission(0, 2))

    assert witness.head(ORIGIN).size == 5


def test_a_witness_started_again_remembers(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(SomeLog().submission(0, 9))
    witness.close()
    again = Witness(tmp_path / "witness", name=NAME, clock=ManualClock(tmp_path / "clock"))

    assert again.key == witness.key
    assert _refusal(again, SomeLog().submission(0, 5)).body == "9\n"
    again.close()
    witness._lock_file = _open_again(tmp_path)


def test_two_witnesses_never_share_a_folder(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(FolderInUseError):
        Witness(tmp_path / "witness", name=NAME, clock=ManualClock(tmp_path / "clock"))


def _open_again(tmp_path: Path) -> int:
    import os

    return os.open(tmp_path / "witness" / ".lock", os.O_RDWR)
