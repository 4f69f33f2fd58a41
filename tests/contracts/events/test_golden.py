"""Bytes of every event and version that was ever released decode to the fields they were written with."""

import json
from pathlib import Path

import pytest
from google.protobuf.message import Message

from libs.contracts.messages import event_types, example, is_event
from tests.contracts.events.golden import FOLDER, as_json, fixtures

EVENTS = {message.DESCRIPTOR.full_name: message for message in event_types() if is_event(message)}
FILES = sorted(FOLDER.glob("*.bin"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_bytes_decode_to_what_was_written(path: Path) -> None:
    message = EVENTS[path.name.rsplit(".", 2)[0]]()

    message.ParseFromString(path.read_bytes())

    assert as_json(message) == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_a_golden_file_of_its_present_form(name: str) -> None:
    content = example(EVENTS[name]).SerializeToString(deterministic=True)

    assert content in [path.read_bytes() for path in fixtures(name)], f"run `make golden` for {name}"


def test_a_renumbered_field_would_be_noticed() -> None:
    name = min(EVENTS)
    sample: Message = example(EVENTS[name])
    original = sample.SerializeToString(deterministic=True)

    tampered = bytes([original[0] ^ 0x08]) + original[1:]

    decoded = EVENTS[name]()
    try:
        decoded.ParseFromString(tampered)
    except Exception:  # noqa: BLE001 - bytes that no longer parse were noticed too
        return
    assert as_json(decoded) != as_json(sample)
