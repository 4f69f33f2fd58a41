"""Which life of a publisher's database an event is of, and how its states compare with those of another life."""

from __future__ import annotations

VERSIONS_PER_EPOCH = 2**52


def ordered_version(epoch: int, version: int) -> int:
    """Return a number that grows with each state of a subject: any of a later epoch is above all of an earlier one."""
    assert 0 < epoch < 2**10
    assert 0 <= version < VERSIONS_PER_EPOCH
    return (epoch - 1) * VERSIONS_PER_EPOCH + version
