"""Write what documents take from the code: named links, and the tables of parameters and services in docs/domain.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.architecture import named_links
from tests.architecture.tree import ROOT

DOMAIN = ROOT / "docs" / "domain.md"
PARAMETERS = ROOT / "services" / "accounts" / "data" / "policies" / "default.yaml"
CATALOGUE = ROOT / "services" / "orders" / "data" / "catalogue.yaml"


def main() -> None:
    """Write every document anew; those that are right stay as they are."""
    for document in named_links.DOCUMENTS:
        before = document.read_text("utf-8")
        after = expected(document, before)
        if after != before:
            document.write_text(after, "utf-8")
            print(f"wrote {document.relative_to(ROOT)}")


def expected(document: Path, text: str) -> str:
    """Return what the document should say."""
    if document == DOMAIN:
        text = with_tables(text)
    return named_links.rewritten(document, text)


def with_tables(text: str) -> str:
    """Return docs/domain.md with the tables that the parameter list and the catalogue give."""
    for name, table in TABLES.items():
        block = f"<!-- {name}: begin -->\n{table()}\n<!-- {name}: end -->"
        text = re.sub(rf"<!-- {name}: begin -->.*?<!-- {name}: end -->", lambda _: block, text, flags=re.DOTALL)  # noqa: B023
    return text


def _parameters() -> str:
    groups = yaml.safe_load(PARAMETERS.read_text("utf-8"))["parameters"]
    rows = [
        f"| `{group}.{name}` | {_cell(one['en'])} | {_value(one)} | {_bounds(one)} | {one['mark']} |"
        f" {_cell(one.get('source', '–'))} |"
        for group, parameters in groups.items()
        for name, one in parameters.items()
    ]
    return "\n".join(["| parameter | meaning | default | may be | mark | source |", "|---|---|---|---|---|---|", *rows])


def _value(parameter: dict[str, Any]) -> str:
    value, unit = parameter["default"], parameter.get("unit", "")
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _cell(", ".join(" + ".join(one) if isinstance(one, list) else str(one) for one in value))
    return _cell(f"{value or 0} {unit}".strip() if isinstance(value, int) else str(value or "–"))


def _bounds(parameter: dict[str, Any]) -> str:
    if parameter.get("fixed"):
        return "*fixed*"
    said = [f"{parameter['min']}–{parameter['max']}"] if "min" in parameter else []
    said += [", ".join(map(str, parameter["choices"]))] if "choices" in parameter else []
    return _cell(" ".join(said + (["or none"] if parameter.get("nullable") else []))) or "–"


def _catalogue() -> str:
    services = yaml.safe_load(CATALOGUE.read_text("utf-8"))["services"]
    rows = [
        f"| {code} | {_cell(one['zh'])} | {_cell(one['en'])} | {one['risk']} | {_gates(one)} | {_cell(one['source'])} |"
        for code, one in services.items()
    ]
    return "\n".join(["| code | 中文 | English | risk | gates | source |", "|---|---|---|---|---|---|", *rows])


def _gates(service: dict[str, Any]) -> str:
    said = [f"certificate: {service['certificate']}"] if service.get("certificate") else []
    said += [f"{service['persons']} persons"] if service.get("persons", 1) > 1 else []
    said += [f"grade at most {service['max_grade']}"] if "max_grade" in service else []
    said += [f"for {part}: {what}" for part, what in service.get("certificate_for", {}).items()]
    return _cell(", ".join(said)) or "–"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


TABLES: dict[str, Callable[[], str]] = {"parameters": _parameters, "catalogue": _catalogue}

if __name__ == "__main__":
    main()
