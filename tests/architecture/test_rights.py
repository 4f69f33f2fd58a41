"""docs/rights.md says what the databases grant, and it is little enough."""

from __future__ import annotations

import re

import pytest

from tests.architecture.rights import DOCUMENT, document
from tests.support.postgres import DatabaseFactory

ONLY_ADDED = ("journal.book", "journal.wallet", "journal.entry", "journal.answer", "journal.period_close")


@pytest.fixture(scope="module")
def rights(database_factory: DatabaseFactory) -> str:
    """What the document should say."""
    return document(database_factory)


def test_the_document_says_what_the_databases_grant(rights: str) -> None:
    assert DOCUMENT.read_text("utf-8") == rights, "make rights-doc"


def test_every_reader_only_reads(rights: str) -> None:
    columns: list[str] = []
    for cells in _rows(rights):
        columns = cells if cells[0] == "table" else columns
        held = dict(zip(columns, cells, strict=True))
        reader = next(role for role in columns if role.endswith("_reader`"))
        if cells[0].startswith("`"):
            assert held[reader] in ("S", ""), cells[0]


def test_credit_is_only_added_to_and_only_by_the_services_own_role(rights: str) -> None:
    held = {cells[0].strip("`"): cells[1:] for cells in _rows(rights) if cells[0].startswith("`journal.")}

    assert {name: held[name][0] for name in ONLY_ADDED} == dict.fromkeys(ONLY_ADDED, "SI")
    assert not any(re.search("[IUDT]", one.split(" (")[0]) for name in ONLY_ADDED for one in held[name][1:])
    assert held["journal.checkpoint"] == ["S", "S", "", "SI"]


def _rows(rights: str) -> list[list[str]]:
    lines = [line for line in rights.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
