"""What the API's closed words are called: none lacks its label, and no label is of a word that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from services.embedded.front_door import merged_openapi
from services.web.kit.labels import LABELS
from services.web.kit.words_of_rules import OF_OTHERS

WORDS_OF = {
    "evidence": "orders.VolunteerPart.evidence",
    "state": "orders.Order.state",
    "funding": "orders.Order.funding",
    "role": "accounts.RoleAnswer.role",
    "wallet": "ledger.BalanceExplained.class",
    "reason": "ledger.Line.reason",
    "adjustment": "ledger.Proposal.kind",
    "step": "orders.Step.verb",
    "welfare": "orders.Welfare.state",
    "rung": "orders.WelfareStep.rung",
    "welfare_step": "orders.WelfareStep.outcome",
    "ending": "orders.Incident.ending",
    "due": "orders.Order.falls_due",
    "objection": "orders.Objection.state",
    "referral": "orders.Referral.state",
    "about": "orders.Objection.contested",
    "act": "accounts.ActingGrant.acts",
    "kind": "accounts.Relation.kind",
    "policy": "accounts.PolicyAnswer.state",
    "document": "accounts.Document.kind",
    "class": "ledger.Line.evidence_class",
    "risk": "accounts.Details.visit_risk",
    "application": "accounts.ApplicationAnswer.state",
    "waits": "accounts.ApplicationAnswer.waits_for",
    "consent": "accounts.Consent.how",
    "second_factor": "accounts.FactorActAnswer.act",
    "proposal": "accounts.ResetAnswer.state",
    "indicator": "orders.Figure.indicator",
    "measure": "orders.Figure.measure",
    "counted": "orders.Counted.kind",
}
PARAMETERS = Path(__file__).parents[3] / "services" / "accounts" / "data" / "policies" / "default.yaml"
NO_WORDS = ("programme.", "purchase.services")
"""Names that a district gives itself, and codes of services."""
REASONS = {"duplicate", "dispute", "recording_error"}
"""Why hours are taken back, which a district may add to its list."""
WELFARE = {f"step.{end}" for end in ("needs_help", "not_reached", "not_reported", "not_taken", "reached_well")}
OWN_WORDS = {"kind.same_household", "indicator.visit_rate"} | WELFARE
"""What a page says that is no word of this member: of the API by itself, of another list, or how a check ended."""


@pytest.fixture(scope="module")
def document(apis: dict[str, Flask]) -> dict[str, Any]:
    """The document of the whole platform."""
    return merged_openapi(apis, title="all")


@pytest.mark.parametrize(("prefix", "place"), WORDS_OF.items())
def test_every_word_that_a_page_shows_has_its_label(document: dict[str, Any], prefix: str, place: str) -> None:
    schema, _, member = place.rpartition(".")
    words = words_of(document["components"]["schemas"][schema]["properties"][member])

    named = {name for name in LABELS if name.startswith(f"{prefix}.")} - OWN_WORDS
    assert named == {f"{prefix}.{word}" for word in words}


def words_of(schema: dict[str, Any]) -> set[str]:
    """Return the closed set of words of a member, or of the rows of one."""
    found = schema.get("enum") or schema.get("items", {}).get("enum") or []
    return {word for word in found if word is not None}


def words_of_rules(value: object) -> Iterator[str]:
    """Yield the words of a value or of choices."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value:
            yield from words_of_rules(part)


def test_the_rules_in_plain_words_hold_no_code() -> None:
    groups = yaml.safe_load(PARAMETERS.read_text("utf-8"))["parameters"]
    words = {
        word
        for group, rows in groups.items()
        for name, row in rows.items()
        if not f"{group}.{name}".startswith(NO_WORDS)
        for word in words_of_rules([row["default"], row.get("choices", [])])
        if word.isidentifier()
    }
    named = {word for word in words if any(f"{prefix}.{word}" in LABELS for prefix in OF_OTHERS)}

    assert words - named == set(), "give it a label in labels_of_rules.py"
    assert {name.removeprefix("rule.") for name in LABELS if name.startswith("rule.")} <= words | REASONS
