"""A scenario file: read with the line of each step, checked against the schema, with days and times made instants."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from jsonschema import Draft202012Validator

CASES = Path(__file__).parent / "cases"
ZONE = ZoneInfo("Asia/Shanghai")
Step = dict[str, Any]
ALWAYS_THERE = "coord"
"""Leads the groups of a story that names no leader."""


class UnknownWordError(Exception):
    """A file uses a verb or a field that the language does not have; nothing is skipped in silence."""


@dataclass(frozen=True)
class Story:
    """One scenario with its world: units, people, policy layers and steps."""

    path: Path
    name: str
    group: str
    preset: str
    world_policy: Mapping[str, Any]
    policy: Mapping[str, Any]
    day_one: date
    units: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, Mapping[str, Any]]
    relations: list[Mapping[str, Any]]
    pools: Mapping[str, int]
    steps: list[Step]
    lines: list[int]
    own: frozenset[str]
    """Whom the story adds to the world's people."""

    def instant(self, text: str) -> datetime:
        """Return the instant of `D<n> HH:MM`, or the midnight of `D<n>`."""
        day, _, hour = text.partition(" ")
        hours, minutes = (int(part) for part in (hour or "00:00").split(":"))
        local = datetime.combine(self.day(day), datetime.min.time(), ZONE) + timedelta(hours=hours, minutes=minutes)
        return local.astimezone(UTC)

    def day(self, text: str) -> date:
        """Return the date of `D<n>`."""
        return self.day_one + timedelta(days=int(text[1:]) - 1)

    def needed(self) -> "Story":
        """Return the same story without those of the world's people and units whom it names nowhere."""
        words = set(re.findall(r"\w+", json.dumps([self.steps, self.relations, dict(self.pools), dict(self.policy)])))
        always = {ALWAYS_THERE, *self.own}
        people = {label: person for label, person in self.people.items() if label in always or label in words}
        words |= set(re.findall(r"\w+", json.dumps([[person["unit"], person["roles"]] for person in people.values()])))
        units: dict[str, Mapping[str, Any]] = {}
        for label in (label for label in self.units if label in words):
            while label and label not in units:
                units[label], label = self.units[label], self.units[label].get("parent", "")
        return replace(self, people=people, units={label: unit for label, unit in self.units.items() if label in units})


def find_stories(folders: list[Path]) -> list[Path]:
    """Return the scenario files below the folders (or the files named), in order of their paths."""
    found = [path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("[0-9]*.yaml"))]
    return sorted(found)


def load_story(path: Path) -> Story:
    """Read one file.

    Raises:
        UnknownWordError: it does not fit the schema; the message names the step, its line and the word.
    """
    text = path.read_text(encoding="utf-8")
    raw, world = (
        _plain(yaml.safe_load(text)),
        _plain(yaml.safe_load((CASES / "world.yaml").read_text(encoding="utf-8"))),
    )
    lines = _step_lines(text)
    _check(raw, lines, path)
    defaults = world["defaults"]
    people = {
        name: _person(attributes, defaults) for name, attributes in {**world["people"], **raw.get("people", {})}.items()
    }
    return Story(
        path=path,
        name=path.stem,
        group=path.parent.name,
        preset=raw.get("preset", "default"),
        world_policy=world["policy"],
        policy=raw.get("policy", {}),
        day_one=date.fromisoformat(str(raw.get("day_one", world["day_one"]))),
        units={**world["units"], **raw.get("units", {})},
        people=people,
        relations=raw.get("relations", []),
        pools=raw.get("pools", {}),
        steps=raw["steps"],
        lines=lines,
        own=frozenset(raw.get("people", {})),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _person(attributes: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    roles = attributes.get("roles", [])
    layers = [defaults["person"], *(defaults[role] for role in ("volunteer", "recipient") if role in roles), attributes]
    merged: dict[str, Any] = {"age": 45}
    for layer in layers:
        merged.update(layer)
    return merged


def person_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a newcomer with the world's defaults below them."""
    return _person(attributes, _plain(yaml.safe_load((CASES / "world.yaml").read_text(encoding="utf-8")))["defaults"])


def _step_lines(text: str) -> list[int]:
    root = yaml.compose(text)
    assert root is not None, "an empty file fails the schema first"
    for key, value in root.value:
        if key.value == "steps":
            return [node.start_mark.line + 1 for node in value.value]
    return []


def _check(raw: Any, lines: list[int], path: Path) -> None:
    schema = json.loads((CASES / "scenario.schema.json").read_text(encoding="utf-8"))
    whole = {**schema, "properties": {**schema["properties"], "steps": {"type": "array", "minItems": 1}}}
    for error in Draft202012Validator(whole).iter_errors(raw):
        raise UnknownWordError(f"{path.name}: {'/'.join(map(str, error.path))}: {error.message}")
    for step, line in zip(raw["steps"], lines, strict=True):
        verb = verb_of(step, path=path, line=line)
        shape = Draft202012Validator({"$ref": f"#/$defs/step_{verb}", "$defs": schema["$defs"]})
        for error in shape.iter_errors(step):
            raise UnknownWordError(f"{path.name}:{line}: {verb}: {'/'.join(map(str, error.path))} {error.message}")


def verb_of(step: Step, *, path: Path, line: int) -> str:
    """Return the one verb of a step."""
    names = json.loads((CASES / "scenario.schema.json").read_text(encoding="utf-8"))["$defs"]
    verbs = [key for key in step if f"step_{key}" in names]
    if len(verbs) != 1:
        raise UnknownWordError(f"{path.name}:{line}: a step has one verb, this one has {verbs or sorted(step)}")
    return verbs[0]
