"""What documents take from the code is what the code says: named links, parameters, services (make rules-doc)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture import generated_documents, named_links
from tests.architecture.tree import ROOT

RULES = ROOT / "docs" / "rules.md"
DEFINED_IN = ("services", "accounts", "core", "rules", "notices.py")
HERE = "tests.architecture.named_links:find"


@pytest.mark.parametrize("document", named_links.DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_named_link_leads_to_what_it_names(document: Path) -> None:
    assert list(named_links.broken(document, document.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "planted",
    [
        '[a](x "tests.architecture.named_links:no_such_function")',
        '[a](x "services.orders.no_such_module:rule")',
        '[a](x "story 999")',
        f'[a](../tests/architecture/named_links.py#L1 "{HERE}")',
        f'[a](../tests/architecture/tree.py#L40 "{HERE}")',
    ],
)
def test_the_check_finds_what_is_planted(planted: str) -> None:
    assert list(named_links.broken(RULES, planted))


def test_a_target_is_written_from_its_name() -> None:
    after = named_links.rewritten(RULES, f'[a](x "{HERE}") [b](y "story 1")')

    assert list(named_links.broken(RULES, after)) == []
    assert "../tests/architecture/named_links.py#L" in after
    assert "../tests/scenarios/cases/flow/01-main-flow-115-minutes.yaml" in after


def test_the_tables_of_the_domain_are_what_the_parameter_list_and_the_catalogue_say() -> None:
    text = generated_documents.DOMAIN.read_text("utf-8")

    assert generated_documents.with_tables(text) == text


def test_each_rule_names_the_line_that_decides_and_the_story_that_shows_it() -> None:
    rows = [line for line in RULES.read_text("utf-8").splitlines() if line.startswith("| ") and "](" in line]

    assert rows
    for row in rows:
        _, _, decided, shown, _ = re.split(r" ?\| ?", row)
        assert named_links.LINK.search(decided), row
        assert named_links.LINK.search(shown), row


def test_every_module_that_sends_a_line_has_its_templates_in_the_document() -> None:
    sending = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in (ROOT / "services" / "accounts").rglob("*.py")
        if re.search(r"[^_\w]filled\(", file.read_text("utf-8")) and file != ROOT.joinpath(*DEFINED_IN)
    }
    text = generated_documents.MESSAGES.read_text("utf-8")

    assert sending == set(generated_documents.TEMPLATES)
    assert generated_documents.with_tables(text) == text
    assert "| `visit_taken` |" in text
