"""Kill -9 of the witness and of the sealer: what was signed stays consistent, and sealing goes on by itself."""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.db.embedded import free_port
from libs.tlog.merkle import root_of
from libs.tlog.notes import COSIGNATURE, Checkpoint, Note, create_signer
from services.ledger.audit import rebuild, verify
from services.ledger.audit.outside import read_outside
from services.ledger.store.checkpoints import some_heads
from services.ledger.store.leaves import read_leaves
from services.ledger.tests.support import Ledger, earned, issue, new
from services.witness.witness import add_log
from tests.proof.support import DISTRICT, ROOT, Bench

NAME = "bureau.example/witness"
pytestmark = pytest.mark.fault


class WitnessProcess:
    """A witness in a process of its own, on one port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.vkey = str(create_signer(folder / "witness.seed").key(NAME, kind=COSIGNATURE))
        self.process = self._start()

    def kill_and_restart(self) -> None:
        """Kill -9, and start again."""
        self.end()
        self.process = self._start()

    def end(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait(10)

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--folder", str(self.folder), "--port", str(self.port), "--name", NAME]
        command = [sys.executable, "-m", "services.witness", "run", *options]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[WitnessProcess]:
    """A witness process, ended after the test."""
    made = WitnessProcess(tmp_path / "witness")
    yield made
    made.end()


@pytest.fixture
def sealing(tmp_path: Path, url: str, process: WitnessProcess) -> Iterator[Bench]:
    """A sealer that runs in a thread, watched by the process."""
    bench = Bench(tmp_path, url, witness=(process.vkey, f"http://127.0.0.1:{process.port}"))
    add_log(process.folder, str(bench.log_key))
    stop = threading.Event()
    thread = threading.Thread(target=bench.sealer.run, args=(stop,))
    thread.start()
    yield bench
    stop.set()
    thread.join(20)
    bench.close()


def _size(bench: Bench) -> int:
    path = bench.folder / "logs" / DISTRICT / "checkpoint"
    return Checkpoint.parse(Note.parse(path.read_text()).text).size if path.exists() else 0


def _wait(condition: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not within its bound"
        time.sleep(0.05)


def test_sealing_goes_on_after_the_witness_was_killed(ledger: Ledger, sealing: Bench, process: WitnessProcess) -> None:
    posted = 0
    for _ in range(3):
        ledger.post(*(issue(earned(new()), 10) for _ in range(20)))
        posted += 20
        _wait(lambda wanted=posted: _size(sealing) == wanted, seconds=15)  # type: ignore[misc]  # bound in the loop
        process.kill_and_restart()

    ledger.post(issue(earned(new()), 10))

    _wait(lambda: _size(sealing) == posted + 1, seconds=15)
    assert sealing.sealer.stopped == []


def test_every_head_that_a_killed_sealer_left_is_of_the_journal(
    ledger: Ledger, tmp_path: Path, url: str, process: WitnessProcess
) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice, witness = random.Random(seed), (process.vkey, f"http://127.0.0.1:{process.port}")
    bench = Bench(tmp_path, url, witness=witness)
    add_log(process.folder, str(bench.log_key))
    spawn = multiprocessing.get_context("spawn")
    for _ in range(4):
        sealer = spawn.Process(target=_seal_until_killed, args=(tmp_path, url, witness))
        sealer.start()
        size = _size(bench)
        end = time.monotonic() + 60
        while _size(bench) == size and time.monotonic() < end:
            ledger.post(*(issue(earned(new()), 10) for _ in range(dice.randint(1, 40))))
            time.sleep(dice.uniform(0, 0.1))
        sealer.kill()
        sealer.join(10)

    bench.sealer.tick()

    assert bench.sealer.stopped == []
    with ledger.database.reading() as connection:
        heads = some_heads(connection, 1, limit=1000)
        leaves = [leaf for _, leaf in read_leaves(connection, 1, first=1)]
    assert len(heads) >= 4
    assert [head.root for head in heads] == [root_of(leaves[: head.size]) for head in heads]
    assert heads[-1].size == len(leaves)
    (rebuilt,) = rebuild.run(url, tmp_path / "logs")
    assert rebuilt.was_same  # Its tiles are those that a sealer nobody killed would have written.
    assert (rebuilt.size, rebuilt.root) == (heads[-1].size, heads[-1].root)
    assert not (process.folder / "evidence").exists()  # The witness was never shown a fork.
    assert verify.run(url, verify.Terms(outside=read_outside([process.folder / "heads"]), processes=1)).is_clean
    bench.close()


def _seal_until_killed(folder: Path, url: str, witness: tuple[str, str]) -> None:
    sealer = Bench(folder, url, witness=witness).sealer
    while True:
        sealer.tick()
