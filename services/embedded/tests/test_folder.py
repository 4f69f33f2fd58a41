"""The data folder: refused with words that say what to do, locked, with secrets that only the owner reads."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path

import pytest

from services.embedded.folder import prepare
from services.embedded.settings import RunOptions, StartRefusedError


def test_a_second_start_on_a_folder_is_refused_with_the_owner_of_the_lock(tmp_path: Path) -> None:
    options = RunOptions(folder=tmp_path / "data")
    _folder, _lock = prepare(options)

    with pytest.raises(StartRefusedError, match="already runs on"):
        prepare(options)


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    folder, _lock = prepare(RunOptions(folder=tmp_path / "data"))

    first, again = folder.password("orders_app.password"), folder.password("orders_app.password")

    assert first == again
    assert len(first) >= 32
    assert stat.S_IMODE((folder.secrets / "orders_app.password").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.secrets.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"broker": "kafka"}, "broker 'postgres'"),
        ({"demo": False}, "kind 'demo'"),
        ({"manual_clock": True}, "kind 'demo'"),
    ],
)
def test_a_folder_keeps_its_kind_and_its_broker(tmp_path: Path, other: dict[str, object], words: str) -> None:
    options = RunOptions(folder=tmp_path / "data")
    _folder, lock = prepare(options)
    del lock

    with pytest.raises(StartRefusedError, match=words):
        prepare(dataclasses.replace(options, **other))  # type: ignore[arg-type]  # named fields of RunOptions


def test_a_folder_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "platform.json").write_text(json.dumps({"format": 0, "kind": "demo", "broker": "postgres"}))

    with pytest.raises(StartRefusedError, match="has format 0"):
        prepare(RunOptions(folder=tmp_path))


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(StartRefusedError, match="not a folder"):
        prepare(RunOptions(folder=tmp_path / "data"))
