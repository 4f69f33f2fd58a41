"""`timebank verify` finds what a superuser does with the triggers off, and names the row and the field."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from libs.tlog.merkle import root_of
from services.ledger.audit import segments, verify
from services.ledger.audit.findings import Kind
from services.ledger.audit.outside import Outside
from services.ledger.audit.packed import NAMES, EmptyColumnError
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.store.journal import Encode
from services.ledger.tests.stories import approval, give, hold, of_district, release, served
from services.ledger.tests.support import EAST, WEST, Ledger, encode_plainly, issue, new
from tests.support.postgres import DatabaseFactory

ONE_BY_ONE = verify.Terms(processes=1)


class Tampered:
    """A ledger with a small history, and a superuser who may do anything to it."""

    def __init__(self, factory: DatabaseFactory, encode: Encode = encode_plainly) -> None:
        self.name, self.urls = factory.create("ledger")
        self.superuser = factory.server.superuser_url(self.name)
        self.ledger = Ledger(self.urls.app, encode)
        lan, min_ = new(), new()
        give(self.ledger, lan, granted=30, received=60, earned=500)
        self.ledger.post(issue(of_district(W.POOL), 300), issue(of_district(W.POOL, WEST), 100))
        for minutes in (60, 90, 120):
            order = new()
            hold(self.ledger, order, lan, minutes)
            self.ledger.post(approval(order, served(min_, minutes - 5, self.ledger), planned=minutes))
        hold(self.ledger, open_order := new(), lan, 30)
        release(self.ledger, open_order)
        hold(self.ledger, new(), None, 40)

    def tamper(self, statement: str) -> None:
        """Run a statement with the journal's triggers off."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            for table in ("entry", "wallet", "book"):
                connection.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER refuse_change".encode())
            connection.execute(statement.encode())

    def drop_rules(self) -> None:
        """Take the constraints and indexes away that would refuse what is done next."""
        for name in (
            "credit_moves_between_two_wallets", "credit_stays_in_its_book", "never_below_zero",
            "what_moves_nothing_has_no_version", "takes_effect_between_2000_and_2100", "entry_pkey", "entry_pos_check",
        ):  # fmt: skip
            self.tamper(f"ALTER TABLE journal.entry DROP CONSTRAINT {name}")
        for name in ("wallet_check", "wallet_check1"):
            self.tamper(f"ALTER TABLE journal.wallet DROP CONSTRAINT {name}")
        for name in ("entry_once", "entry_debit", "entry_credit"):
            self.tamper(f"DROP INDEX journal.{name}")

    def leaves(self, book: int = 1) -> list[bytes]:
        """The leaf hashes of a book."""
        with psycopg.connect(self.superuser) as connection:
            rows = connection.execute("SELECT leaf_hash FROM journal.entry WHERE book = %s ORDER BY pos", [book])
            return [bytes(leaf) for (leaf,) in rows]

    def verify(self, terms: verify.Terms = ONE_BY_ONE) -> verify.Report:
        """Check everything, as the role that may only read."""
        return verify.run(self.urls.reader, terms)


@pytest.fixture
def tampered(database_factory: DatabaseFactory) -> Iterator[Tampered]:
    """A fresh history to tamper with."""
    tampered = Tampered(database_factory)
    yield tampered
    tampered.ledger.database.dispose()
    database_factory.drop(tampered.name)


def test_an_honest_journal_is_clean(tampered: Tampered) -> None:
    report = tampered.verify()

    assert report.findings == []
    assert report.rows > 15
    assert report.books == 2


EDITS = {
    "pos": "1000",
    "debit": "credit",
    "credit": "(SELECT max(wallet) FROM journal.wallet WHERE book = 1)",
    "debit_after": "debit_after + 1",
    "credit_after": "credit_after + 1",
    "effective_at": "effective_at - 86400000000",
    "recorded_at": "recorded_at - 86400000000",
    "book": "2",
    "minutes": "minutes + 1",
    "debit_version": "debit_version + 1",
    "credit_version": "credit_version + 1",
    "policy_version": "policy_version + 1",
    "reason": "9",
    "outcome": "1",
    "leg": "leg + 1",
    "legs": "legs + 5",
    "evidence": "1 - evidence",
    "request_id": "gen_random_uuid()",
    "cause": "gen_random_uuid()",
    "act_id": "gen_random_uuid()",
    "actor": "gen_random_uuid()",
    "checker": "gen_random_uuid()",
    "salt": "gen_random_uuid()",
    "leaf_hash": "sha256(leaf_hash)",
}
NAMED_TOGETHER = frozenset(("request_id", "cause", "act_id", "actor", "salt", "effective_at", "recorded_at"))


def test_every_column_has_an_edit() -> None:
    assert set(EDITS) == set(NAMES)


@pytest.mark.parametrize("column", sorted(EDITS))
def test_an_edited_column_is_found_and_named(tampered: Tampered, column: str) -> None:
    tampered.drop_rules()

    tampered.tamper(f"UPDATE journal.entry SET {column} = {EDITS[column]} WHERE book = 1 AND pos = 9")

    findings = tampered.verify().findings
    at_the_row = [finding for finding in findings if finding.position in (9, 10, 1000)]
    assert at_the_row, findings
    if column not in ("pos", "book"):
        assert any(column in finding.field for finding in at_the_row), at_the_row
        assert any(finding.position == 9 for finding in findings)


def test_a_deleted_row_is_found(tampered: Tampered) -> None:
    tampered.tamper("DELETE FROM journal.entry WHERE book = 1 AND pos = 9")

    kinds = {(finding.kind, finding.position) for finding in tampered.verify().findings}
    assert (Kind.POSITION_GAP, 9) in kinds


def test_a_row_deleted_at_the_end_is_found_by_a_checkpoint_kept_outside(tampered: Tampered) -> None:
    leaves = tampered.leaves()
    outside = Outside(UUID(bytes=EAST), len(leaves), root_of(leaves))
    assert tampered.verify(verify.Terms(outside=(outside,), processes=1)).is_clean

    tampered.tamper(f"DELETE FROM journal.entry WHERE book = 1 AND pos = {len(leaves)}")

    findings = tampered.verify(verify.Terms(outside=(outside,), processes=1)).findings
    assert (Kind.JOURNAL_SHORTER, len(leaves)) in {(finding.kind, finding.position) for finding in findings}


def test_two_swapped_rows_are_found(tampered: Tampered) -> None:
    tampered.drop_rules()

    tampered.tamper("UPDATE journal.entry SET pos = 17 - pos WHERE book = 1 AND pos IN (8, 9)")

    assert {8, 9} <= {finding.position for finding in tampered.verify().findings}


def test_an_inserted_row_is_found(tampered: Tampered) -> None:
    tampered.drop_rules()

    tampered.tamper(f"INSERT INTO journal.entry SELECT {', '.join(_shifted(name) for name in NAMES)} FROM journal.entry"
                " WHERE book = 1 AND pos = 9")  # fmt: skip

    assert any(finding.position == 10 for finding in tampered.verify().findings)


def _shifted(name: str) -> str:
    return {"pos": "10", "request_id": "gen_random_uuid()"}.get(name, name)


def test_a_rewritten_history_with_right_hashes_is_found_by_the_outside_checkpoint(tampered: Tampered) -> None:
    leaves = tampered.leaves()
    outside = Outside(UUID(bytes=EAST), len(leaves), root_of(leaves))

    tampered.tamper("UPDATE journal.entry SET leaf_hash = sha256(leaf_hash) WHERE book = 1 AND pos = 3")

    kinds = {finding.kind for finding in tampered.verify(verify.Terms(outside=(outside,), processes=1)).findings}
    assert Kind.ROOT_DIFFERS in kinds


@pytest.mark.parametrize(
    ("column", "value"),
    [("wallet_id", "gen_random_uuid()"), ("owner", "gen_random_uuid()"), ("class", "7 - class"), ("book", "3 - book")],
)
def test_an_edited_wallet_is_found_and_the_column_named(tampered: Tampered, column: str, value: str) -> None:
    tampered.drop_rules()
    first = "SELECT min(wallet) FROM journal.wallet WHERE class = 5"

    tampered.tamper(f"UPDATE journal.wallet SET {column} = {value} WHERE wallet = ({first})")

    (field,) = {finding.field for finding in tampered.verify().findings if finding.kind is Kind.WALLET_ALTERED}
    assert field.endswith(f": {column}")


@pytest.mark.parametrize("column", ["opened_at", "owner", "wallet_id", "class", "book"])
def test_a_wallet_with_an_empty_column_does_not_go_unseen(tampered: Tampered, column: str) -> None:
    tampered.drop_rules()
    tampered.tamper(f"ALTER TABLE journal.wallet ALTER {column} DROP NOT NULL")
    tampered.tamper(f"UPDATE journal.wallet SET {column} = NULL WHERE class = 5")

    with pytest.raises(EmptyColumnError):
        tampered.verify()


def test_a_day_above_its_cap_is_found(tampered: Tampered) -> None:
    policy = '{"earn": {"daily_cap_minutes": 60}}'
    tampered.tamper(f"INSERT INTO policy SELECT '{UUID(bytes=EAST)}', 1, '2026-01-01', '{policy}'")
    tampered.drop_rules()
    tampered.tamper("UPDATE journal.entry SET policy_version = 1 WHERE evidence <> 0")

    assert Kind.CAP_EXCEEDED in {finding.kind for finding in tampered.verify().findings}


def test_a_check_of_many_stretches_finds_what_one_finds_and_can_go_on_after_an_interruption(
    tampered: Tampered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tampered.ledger.now_us += 600
    tampered.ledger.post(*(issue(of_district(W.POOL), 1) for _ in range(600)))
    monkeypatch.setattr(verify, "STRETCH_ROWS_MIN", segments.TILE)
    resume = verify.Terms(processes=1, resume_file=tmp_path / "resume.json")
    seen: list[int] = []

    def stop_after_one(done: int, _total: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify.run(tampered.urls.reader, resume, progress=stop_after_one)
    again: list[int] = []
    report = verify.run(tampered.urls.reader, resume, progress=lambda done, _total: again.append(done))

    assert report.findings == []
    assert again[0] > seen[0]
    tampered.tamper("UPDATE journal.entry SET credit_after = credit_after + 1 WHERE book = 1 AND pos = 300")
    assert any(finding.position == 300 for finding in tampered.verify().findings)


@pytest.mark.parametrize("lengths", [{9: 31}, {9: 33}, {9: 31, 10: 33}, {9: 0}])
def test_a_hash_of_another_length_is_found_and_named(tampered: Tampered, lengths: dict[int, int]) -> None:
    for position, length in lengths.items():
        value = f"substr(leaf_hash || leaf_hash, 1, {length})"
        tampered.tamper(f"UPDATE journal.entry SET leaf_hash = {value} WHERE book = 1 AND pos = {position}")

    found = {(finding.kind, finding.position, finding.field) for finding in tampered.verify().findings}
    assert {(Kind.LEAF_ALTERED, position, "leaf_hash") for position in lengths} <= found


@pytest.mark.parametrize("is_alone", [True, False], ids=["doubled", "started anew"])
def test_processes_side_by_side_find_what_one_finds(
    tampered: Tampered, monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    tampered.ledger.post(*(issue(of_district(W.POOL), 1) for _ in range(600)))
    monkeypatch.setattr(verify, "STRETCH_ROWS_MIN", segments.TILE)
    monkeypatch.setattr(threading, "active_count", lambda: 1 if is_alone else 2)
    side_by_side = verify.Terms(processes=2)

    assert tampered.verify(side_by_side) == tampered.verify()

    tampered.tamper("UPDATE journal.entry SET credit_after = credit_after + 1 WHERE book = 1 AND pos = 300")
    assert tampered.verify(side_by_side) == tampered.verify()
    assert any(finding.position == 300 for finding in tampered.verify(side_by_side).findings)
