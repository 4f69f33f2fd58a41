"""Logs are cut while they are written: bounded, the last stretch kept, and who writes goes on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from services.embedded.log_files import cut_logs


def test_a_log_that_is_written_is_cut_and_goes_on_where_it_was(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "api.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    (tmp_path / "small.log").write_text("a line\n")
    for round_ in range(6):
        for number in range(100):
            os.write(descriptor, f"{round_} line {number:04}\n".encode())
        cut_logs([tmp_path], bytes_max=1000)
    os.write(descriptor, b"the last\n")
    os.close(descriptor)

    assert (tmp_path / "api.log").read_text() == "the last\n"
    assert (tmp_path / "api.log.1").read_text().splitlines()[-1] == "5 line 0099"
    assert sum(path.stat().st_size for path in tmp_path.glob("api.log*")) < 4000
    assert (tmp_path / "small.log").read_text() == "a line\n"
    assert not list(tmp_path.glob("*.new"))


def test_where_there_is_no_room_for_a_copy_the_log_is_emptied_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "api.log").write_text("x" * 2000)

    def full(_source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)

    assert cut_logs([tmp_path], bytes_max=1000) == [tmp_path / "api.log"]
    assert (tmp_path / "api.log").read_text() == ""
    assert [path.name for path in tmp_path.iterdir()] == ["api.log"]
