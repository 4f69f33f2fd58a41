"""Read the rule book from its files: default.yaml with every parameter, and one file per city that published rules."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from libs.yaml_files import read_yaml
from services.accounts.policies.rules import Parameter, Preset, RuleBook

FOLDER = Path(__file__).resolve().parents[1] / "data" / "policies"
DEFAULT = "default"


@cache
def read_rule_book(folder: Path = FOLDER) -> RuleBook:
    """Return the parameters and all presets, each checked against the parameters; a wrong file stops the start."""
    documents = {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yaml"))}
    default = documents.pop(DEFAULT)
    parameters = {
        f"{group}.{name}": _parameter(f"{group}.{name}", fields)
        for group, named in default["parameters"].items()
        for name, fields in named.items()
    }
    presets = {DEFAULT: Preset(DEFAULT, default["title"], {}, {}, (default["note"],))}
    presets |= {name: _preset(name, document) for name, document in documents.items()}
    book = RuleBook(parameters, presets)
    for preset in presets.values():
        book.complete(preset.values)
    return book


def _parameter(name: str, fields: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        type=fields["type"],
        default=fields["default"],
        unit=fields.get("unit", ""),
        minimum=fields.get("min"),
        maximum=fields.get("max"),
        choices=tuple(fields.get("choices", ())),
        is_nullable=fields.get("nullable", False),
        is_fixed=fields.get("fixed", False),
        mark=fields["mark"],
        is_informative="informative" in fields,
        source=str(fields.get("source", "")),
        zh=fields["zh"],
        en=fields["en"],
    )


def _preset(name: str, document: Mapping[str, Any]) -> Preset:
    return Preset(name, document["title"], document["policy"], document["sources"], tuple(document["notes"]))
