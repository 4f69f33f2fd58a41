"""How much room a disk has that a process writes to."""

from __future__ import annotations

import shutil
from pathlib import Path

from libs.metrics.declared import Gauge

FREE = Gauge("disk_free_bytes", "Room left on the disk of a folder", ["folder"])
SIZE = Gauge("disk_size_bytes", "Size of the disk of a folder", ["folder"])


def show_disk(name: str, folder: Path) -> None:
    """Say how full the disk is where a folder lies; `name` says what the folder is for."""
    usage = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists()))
    FREE.set(name, to=usage.free)
    SIZE.set(name, to=usage.total)
