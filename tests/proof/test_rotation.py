"""The keys of a log and of a witness are rotated, and receipts of before and after hold offline."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from libs.tlog.notes import ED25519, NoteError, create_signer, load_signer
from libs.tlog.policy import Policy
from libs.tlog.rotations import read_rotations_file
from services.ledger.proof.keys import FORMER_FILE, SEED_FILE, rotate_log_key, trust_text
from services.ledger.proof.sealer import Sealer
from services.ledger.tests.support import Ledger, earned, issue, new
from services.witness.server import Server
from services.witness.witness import add_log, remove_log, rotate_witness_key
from tests.proof.support import LOG_NAME, ROOT, Bench, load_verifier

verify = load_verifier()
NAME = "bureau.example/witness"


def test_receipts_of_before_and_after_a_rotation_of_the_log_hold(ledger: Ledger, bench: Bench, tmp_path: Path) -> None:
    before = _sealed(ledger, bench)
    old_trust = bench.trust()

    _rotate_log(bench, tmp_path / "one")
    bench.sealer.tick()
    still = bench.trust()
    after = _sealed(ledger, bench)
    _rotate_log(bench, tmp_path / "two", seed=tmp_path / "one")
    last = _sealed(ledger, bench)

    for receipt in (before, after, last):
        assert verify.check(receipt, bench.trust())["minutes"] == 10
        assert _program(tmp_path, receipt, bench.trust()) == 0
    assert verify.check(before, still)["minutes"] == 10
    with pytest.raises(verify.RefusedError, match="does not name"):
        verify.check(after, old_trust)


def test_the_trust_file_quotes_how_the_old_key_named_the_new_one(ledger: Ledger, bench: Bench, tmp_path: Path) -> None:
    _sealed(ledger, bench)
    _rotate_log(bench, tmp_path / "one")
    bench.sealer.tick()

    quoted = "".join(f"{line[3:]}\n" for line in bench.trust().splitlines() if line.startswith("#|"))

    (tmp_path / "quoted").write_text(quoted)
    (rotation,) = read_rotations_file(tmp_path / "quoted")
    assert rotation.old == bench.log_key
    assert rotation.new == load_signer(tmp_path / "one" / SEED_FILE).key(LOG_NAME, kind=ED25519)
    assert len(Policy.parse(bench.trust()).logs) == 2


def test_a_retired_key_signs_nothing_more(ledger: Ledger, bench: Bench, tmp_path: Path) -> None:
    _sealed(ledger, bench)
    _rotate_log(bench, tmp_path / "one")
    rotations = read_rotations_file(tmp_path / "one" / FORMER_FILE)

    with pytest.raises(NoteError, match="is retired"):
        _sealer(bench, bench.folder / "log.seed", rotations=rotations)
    with pytest.raises(NoteError, match="is retired"):
        rotate_log_key(bench.folder / "log.seed", tmp_path / "one" / FORMER_FILE, LOG_NAME, out=tmp_path / "again")
    with pytest.raises(FileExistsError):
        rotate_log_key(bench.folder / "log.seed", tmp_path / "none", LOG_NAME, out=tmp_path / "one")


def test_a_witness_that_was_told_so_refuses_a_leaked_key_and_sealing_goes_on_with_the_new(
    ledger: Ledger, bench: Bench, tmp_path: Path
) -> None:
    _sealed(ledger, bench)
    leaked = bench.sealer
    _rotate_log(bench, tmp_path / "one")
    remove_log(tmp_path / "witness", str(bench.log_key))
    ledger.post(issue(earned(new()), 10))

    assert leaked.tick() == []
    assert [head.size for head in bench.sealer.tick()] == [2]


def test_a_key_that_nobody_named_stops_the_log(ledger: Ledger, bench: Bench, tmp_path: Path) -> None:
    _sealed(ledger, bench)
    create_signer(tmp_path / "other.seed")
    other = _sealer(bench, tmp_path / "other.seed")
    other.tick()

    assert [error.words for error in other.stopped] == ["the published checkpoint is not signed with this log's key"]


def test_the_key_of_a_witness_is_rotated_and_both_policies_are_met_meanwhile(
    ledger: Ledger, url: str, tmp_path: Path
) -> None:
    with _witness(tmp_path / "watch") as server:
        bench = Bench(tmp_path, url, witness=(str(server.witness.key), f"http://127.0.0.1:{server.port}"))
        add_log(tmp_path / "watch", str(bench.log_key))
        before, old_key = _sealed(ledger, bench), server.witness.key
    made = rotate_witness_key(tmp_path / "watch", out=tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        file.replace(tmp_path / "watch" / file.name)

    with _witness(tmp_path / "watch") as server:
        new_key, address = server.witness.key, f"http://127.0.0.1:{server.port}"
        bench.sealer = _sealer(bench, bench.folder / "log.seed", policy=_policy(f"a {old_key} {address}"))
        between = _sealed(ledger, bench)
        both = _policy(f"a {old_key}", f"b {new_key} {address}")
        bench.sealer = _sealer(bench, bench.folder / "log.seed", policy=both)
        after = _sealed(ledger, bench)
    (tmp_path / "watch" / "witness.former.seed").unlink()
    with _witness(tmp_path / "watch") as server:
        address = f"http://127.0.0.1:{server.port}"
        old_alone = _sealer(bench, bench.folder / "log.seed", policy=_policy(f"a {old_key} {address}"))
        ledger.post(issue(earned(new()), 10))
        assert old_alone.tick() == []
    bench.close()

    assert new_key == made.key(NAME, kind=new_key.kind)
    trust = trust_text(bench.sealer._signer.key(_origin(before), kind=ED25519), both)
    for receipt in (before, between, after):
        assert verify.check(receipt, trust)["minutes"] == 10
    with pytest.raises(verify.RefusedError):
        verify.check(
            before, trust_text(bench.sealer._signer.key(_origin(before), kind=ED25519), _policy(f"b {new_key}"))
        )


def _sealed(ledger: Ledger, bench: Bench) -> str:
    posted = issue(earned(new()), 10)
    ledger.post(posted)
    bench.sealer.tick()
    return bench.receipt(posted.request_id)


def _rotate_log(bench: Bench, out: Path, *, seed: Path | None = None) -> None:
    """What an operator does: a new key, told to the witness, put in the place of the old one."""
    now = seed / SEED_FILE if seed else bench.folder / "log.seed"
    rotation = rotate_log_key(now, (seed or bench.folder) / FORMER_FILE, LOG_NAME, out=out)
    add_log(bench.folder / "witness", str(rotation.new))
    bench.sealer = _sealer(bench, out / SEED_FILE, rotations=read_rotations_file(out / FORMER_FILE))


def _sealer(bench: Bench, seed: Path, **changes: object) -> Sealer:
    given: dict[str, object] = {"policy": bench.sealer._policy, **changes}
    return Sealer(
        bench.sealing,
        clock=bench.sealer._clock,
        folder=bench.folder / "logs",
        log_name=LOG_NAME,
        signer=load_signer(seed),
        **given,  # type: ignore[arg-type]
    )


def _policy(*witnesses: str) -> Policy:
    names = " ".join(line.split()[0] for line in witnesses)
    lines = [*(f"witness {line}" for line in witnesses), f"group bureau any {names}", "quorum bureau", ""]
    return Policy.parse("\n".join(lines))


def _origin(receipt: str) -> str:
    return receipt.split("\n\n")[1].split("\n")[0]


def _program(folder: Path, receipt: str, trust: str) -> int:
    (folder / "receipt").write_text(receipt)
    (folder / "trust.txt").write_text(trust)
    command = [sys.executable, str(ROOT / "docs/verify/verify.py"), str(folder / "receipt"), str(folder / "trust.txt")]
    return subprocess.run(command, check=False, capture_output=True).returncode


@contextmanager
def _witness(folder: Path) -> Iterator[Server]:
    server = Server(folder, 0, name=NAME)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.stop()
    thread.join()
