"""Write docs/events.md from the contracts and the consumers: `python -m tests.contracts.events.catalogue`."""

import importlib
import inspect
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

from libs.clock import SystemClock
from libs.contracts.messages import event_types, example, is_event
from tests.contracts.events.golden import as_json

ROOT = Path(__file__).resolve().parents[3]
TARGET = ROOT / "docs" / "events.md"
SERVICES = ("accounts", "orders", "ledger", "redemption")
MESSAGE, FIELD = 4, 2
HEAD = """# Events

Generated from `proto/` and the services' consumers by `make events-doc`; a test fails when it is out of date. Every
event travels as CloudEvents 1.0 in binary mode: the value is the protobuf message, `ce_type` its full name. Facts go
to `timebank.<service>.v1` in gapless positions per stream; state goes whole, with a version, to the compacted
`timebank.<service>.state.v1`. Ids are UUIDs, `*_at_us` microseconds since 1970 UTC, `*_minutes` whole minutes.
"""


def descriptors() -> list[FileDescriptorProto]:
    """Return the contracts with the comments of their sources."""
    sources = [str(path.relative_to(ROOT / "proto")) for path in sorted((ROOT / "proto").rglob("*.proto"))]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "all.binpb"
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT / 'proto'}", "--include_source_info"]
        subprocess.run([*command, f"--descriptor_set_out={target}", *sources], check=True)
        return list(FileDescriptorSet.FromString(target.read_bytes()).file)


def hearers() -> dict[str, list[str]]:
    """Return {event type: the services whose consumers hear it}."""
    heard: dict[str, list[str]] = defaultdict(list)
    for service in SERVICES:
        make = importlib.import_module(f"services.{service}.consumers").consumers
        parts = {"clock": SystemClock(), "vault": _unopened_vault}
        consumers = make(**{name: part for name, part in parts.items() if name in inspect.signature(make).parameters})
        for name in sorted({*consumers.functions, *getattr(consumers, "batch_functions", {})}):
            heard[name].append(service)
    return heard


def _unopened_vault() -> object:
    raise AssertionError("to list what is heard, nothing is opened")


def topics() -> dict[str, str]:
    """Return {event type: the topic it goes to}."""
    found = {}
    for file in descriptors():
        service, notes = file.package.split(".")[1], comments(file)
        for index, message in enumerate(file.message_type):
            found[f"{file.package}.{message.name}"] = _topic(service, message, notes.get((MESSAGE, index), ""))
    return found


def comments(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Return the comment before each element, by its path in the file."""
    found = {}
    for location in file.source_code_info.location:
        text = " ".join(line.strip() for line in location.leading_comments.strip().splitlines())
        if text:
            found[tuple(location.path)] = text
    return found


def text() -> str:
    """Return the whole page."""
    examples = {message.DESCRIPTOR.full_name: message for message in event_types()}
    heard, parts = hearers(), [HEAD]
    for file in descriptors():
        service, notes = file.package.split(".")[1], comments(file)
        parts.append(f"\n## {service}\n")
        for index, message in enumerate(file.message_type):
            name = f"{file.package}.{message.name}"
            if is_event(examples[name]):
                parts.append(_section(service, name, message, index, notes, heard.get(name, [])))
                sample = json.dumps(as_json(example(examples[name])), indent=1, ensure_ascii=False)
                parts.append(f"\n<details><summary>Example</summary>\n\n```json\n{sample}\n```\n\n</details>\n")
    return "".join(parts)


def _section(
    service: str, name: str, message: DescriptorProto, index: int, notes: dict[tuple[int, ...], str], heard: list[str]
) -> str:
    note = notes.get((MESSAGE, index), "")
    topic = _topic(service, message, note)
    key = "its subject" if ".state." in topic or service == "accounts" else "the district"
    lines = [f"\n### {message.name}\n", note, ""]
    lines += [
        f"Topic `{topic}` · key {key} · published by {service} · heard by {', '.join(heard) or 'nobody here'}",
        "",
    ]
    lines += ["| field | type | meaning |", "|---|---|---|"]
    for number, field in enumerate(message.field):
        lines.append(f"| `{field.name}` | {_type(field)} | {notes.get((MESSAGE, index, FIELD, number), '')} |")
    return "\n".join(lines) + "\n"


def _topic(service: str, message: DescriptorProto, note: str) -> str:
    is_state = note.startswith("State") or "version" in {field.name for field in message.field}
    return f"timebank.{service}.state.v1" if is_state else f"timebank.{service}.v1"


def _type(field: FieldDescriptorProto) -> str:
    name = (
        field.type_name.rsplit(".", 1)[-1]
        if field.type_name
        else FieldDescriptorProto.Type.Name(field.type)[5:].lower()
    )
    return f"list of {name}" if field.label == FieldDescriptorProto.LABEL_REPEATED else name


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(TARGET.read_text().splitlines())} lines")
