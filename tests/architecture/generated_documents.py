"""Write what documents take from the code: named links, tables of parameters and services, an order's life cycle."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from libs.translation import in_chinese
from services.accounts.duty import rules as duty
from services.accounts.notices import rules as notices
from services.accounts.numbers import rules as numbers
from services.accounts.sign_in import rules as sign_in
from services.orders.core.rules.deadlines import DEFAULTS
from services.orders.core.rules.life_cycle import TRANSITIONS, State
from tests.architecture import named_links
from tests.architecture.tree import ROOT

DOMAIN = ROOT / "docs" / "domain.md"
PARAMETERS = ROOT / "services" / "accounts" / "data" / "policies" / "default.yaml"
FLOWS = ROOT / "docs" / "flows.md"
MESSAGES = ROOT / "docs" / "messages.md"
TEMPLATES = {
    notices.__name__: {purpose.value: text for purpose, text in notices.WORDS.items()},
    duty.__name__: {f"duty_{kind.value}": text for kind, text in duty.WORDS.items()},
    numbers.__name__: numbers.WORDS,
    sign_in.__name__: {f"factor_{act.value}": text for act, text in sign_in.WORDS.items()},
}
"""Of each module, the templates of the messages that it sends."""
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
    if document in (DOMAIN, FLOWS, MESSAGES):
        text = with_tables(text)
    return named_links.rewritten(document, text)


def with_tables(text: str) -> str:
    """Return a document with the tables that the parameter list, the catalogue and the life cycle of an order give."""
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


def _life_cycle() -> str:
    moves: dict[tuple[str, str], list[str]] = {}
    for verb, rows in TRANSITIONS.items():
        for state, transition in rows.items():
            for after in sorted(transition.leads_to - {state}):
                moves.setdefault((state, after), []).append(verb)
    arrows = [f"    {state} --> {after}: {', '.join(verbs)}" for (state, after), verbs in moves.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {State.DRAFT}", *arrows, "```"])


def _defaults() -> str:
    rows = [
        f"| `{state}` | `{default.verb}` → {', '.join(sorted(TRANSITIONS[default.verb][state].leads_to - {state}))} |"
        f" `{default.parameter}` |"
        for state, default in DEFAULTS.items()
    ]
    return "\n".join(["| in | what happens by itself | when, by the policy |", "|---|---|---|", *rows])


def _templates() -> str:
    rows = [
        f"| `{name}` | {_cell(in_chinese(english, module=module))} | {_cell(english)} |"
        for module, words in TEMPLATES.items()
        for name, english in words.items()
    ]
    return "\n".join(["| template | 中文 | English |", "|---|---|---|", *rows])


TABLES: dict[str, Callable[[], str]] = {
    "parameters": _parameters,
    "catalogue": _catalogue,
    "life cycle": _life_cycle,
    "defaults": _defaults,
    "templates": _templates,
}

if __name__ == "__main__":
    main()
