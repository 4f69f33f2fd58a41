"""Write the golden bytes of events that have none yet: `python -m tests.contracts.events.golden` (make golden).

A fixture is never rewritten: bytes once released must decode for ever. A changed event gets a second fixture beside
the first (`<name>.2.bin`), because its example now has more fields.
"""

import json
from pathlib import Path

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from libs.contracts.messages import event_types, example, is_event

FOLDER = Path(__file__).parent / "golden"


def as_json(message: Message) -> dict[str, object]:
    """Return the message's set fields by their names in the contract."""
    return dict(MessageToDict(message, preserving_proto_field_name=True))


def fixtures(full_name: str) -> list[Path]:
    """Return the golden files of an event, oldest first."""
    return sorted(FOLDER.glob(f"{full_name}.*.bin"), key=lambda path: int(path.suffixes[-2][1:]))


def main() -> None:
    """Add what is missing; print each file written."""
    FOLDER.mkdir(exist_ok=True)
    for message in filter(is_event, event_types()):
        sample, known = example(message), fixtures(message.DESCRIPTOR.full_name)
        content = sample.SerializeToString(deterministic=True)
        if any(path.read_bytes() == content for path in known):
            continue
        path = FOLDER / f"{message.DESCRIPTOR.full_name}.{len(known) + 1}.bin"
        path.write_bytes(content)
        path.with_suffix(".json").write_text(json.dumps(as_json(sample), indent=1, sort_keys=True) + "\n")
        print(path.name)


if __name__ == "__main__":
    main()
