"""A broker whose disk is full: publishers keep their events, say so, and go on by themselves once there is space."""

from __future__ import annotations

import pathlib
import random
import subprocess
from collections.abc import Iterator

import pytest

from tests.events.own_servers import OwnServer, broker_in
from tests.events.world import World, until
from tests.support.disks import mounted
from tests.support.postgres import FreshDatabase

DISK_MEGABYTES = 160
SPARE_MEGABYTES = {"postgres": 6, "kafka": 1}
PAYLOAD_BYTES = 100_000
EVENTS = 150
RECOVERY_SECONDS_MAX = 240.0


class SmallDisk:
    """A disk of its own for a broker, which can be filled up and freed."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, spare_megabytes: int) -> None:
        """Take all of it but a little."""
        found = subprocess.run(["df", "-m", "--output=avail", str(self.folder)], capture_output=True, check=True)
        free = int(found.stdout.split()[-1])
        with self._ballast.open("wb") as file:
            for _ in range(free - spare_megabytes):
                file.write(bytes(1024 * 1024))

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A disk of its own."""
    with mounted(megabytes=DISK_MEGABYTES) as folder:
        yield SmallDisk(folder)


@pytest.mark.mounts
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def test_a_full_disk_of_the_broker_loses_nothing_and_is_told(
    disk: SmallDisk, kind: str, fresh_database: FreshDatabase
) -> None:
    with broker_in(disk.folder, kind) as (broker, server):
        world = World(broker, fresh_database("sample").app, fresh_database("sample").app)
        with world.relaying() as relay, world.consuming():
            world.commit(world.fact())
            world.settle()
            disk.fill(spare_megabytes=SPARE_MEGABYTES[kind])
            rng = random.Random(1)  # What is random takes the space it says: it cannot be compressed.
            for _ in range(EVENTS):
                world.commit(world.fact(payload=rng.randbytes(PAYLOAD_BYTES)))
            assert until(lambda: relay.problem is not None, RECOVERY_SECONDS_MAX)
            problem, kept = relay.problem or "", world.unpublished()

            disk.free()
            assert until(lambda: all_heard_after(world, server), RECOVERY_SECONDS_MAX)
            assert until(lambda: relay.problem is None)
        world.close()

        assert problem.startswith("the broker does not take events, they wait in the outbox: ")
        assert kept > 0
        assert [position for _, position in world.applied()] == list(range(1, EVENTS + 2))


def all_heard_after(world: World, server: OwnServer) -> bool:
    """Do what a supervisor does, and tell whether everything committed has been applied."""
    server.revive()
    return world.waiting() == 0
