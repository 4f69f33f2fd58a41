"""Of jars of which some are missing no broker is started: they are fetched again, or it is said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import jgo
import pytest

from libs.bus.kafka_server import CLASS_PATH_FILE, NEEDED_JARS, KafkaUnavailableError, class_path


def jars_in(folder: Path, *names: str) -> list[Path]:
    """Make files that are named as jars."""
    paths = [folder / f"{name}1.0.jar" for name in names]
    for path in paths:
        path.touch()
    return paths


def test_a_fetch_that_was_cut_short_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some, every = jars_in(tmp_path, *NEEDED_JARS[:2]), jars_in(tmp_path, *NEEDED_JARS)
    (tmp_path / CLASS_PATH_FILE).write_text(":".join(map(str, some)))
    fetched = [some, every]
    monkeypatch.setattr(jgo, "build", lambda *_, **__: SimpleNamespace(all_jars=fetched.pop(0)))

    with pytest.raises(KafkaUnavailableError, match="not fetched whole"):
        class_path(tmp_path)

    assert class_path(tmp_path) == ":".join(map(str, every))
    assert fetched == []
    assert class_path(tmp_path) == ":".join(map(str, every))  # As it was kept.
