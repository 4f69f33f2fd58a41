"""Rows on their way to PostgreSQL, on a real one: refused there, or given up here."""

from __future__ import annotations

from typing import Any, NoReturn

import psycopg
import pytest

from libs.db.database import plain_url
from services.ledger.store.copying import RowCopy
from services.ledger.store.rows import COPY_ANSWERS, pack_answer
from services.ledger.tests.support import Ledger


@pytest.mark.parametrize("sends_after", [0, 1, 2])
def test_rows_that_are_refused_on_their_way_are_told_and_leave_the_connection_usable(
    ledger: Ledger, sends_after: int
) -> None:
    connection: psycopg.Connection[Any]
    with psycopg.connect(plain_url(ledger.database.url)) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.UniqueViolation), RowCopy(connection, COPY_ANSWERS) as copy:
            connection.execute("SELECT 1")  # Begins the transaction.
            copy.send([pack_answer(1, 1, "one", b"")])
            copy.send([pack_answer(1, 1, "twice", b"")])
            for pos in range(sends_after):
                copy.send([pack_answer(1, 2 + pos, "after", b"")])
        connection.rollback()

        assert connection.execute("SELECT count(*) FROM journal.answer").fetchone() == (0,)


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "half sent"])
def test_rows_on_their_way_are_given_up_with_an_error_of_ours(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, is_whole: bool
) -> None:
    def break_off(*_: object) -> NoReturn:
        raise RuntimeError

    connection: psycopg.Connection[Any]
    with psycopg.connect(plain_url(ledger.database.url)) as connection:
        connection.read_only = False
        with pytest.raises(RuntimeError), RowCopy(connection, COPY_ANSWERS) as copy:
            connection.execute("SELECT 1")  # Begins the transaction.
            if not is_whole:
                monkeypatch.setattr(copy, "_whole", break_off)
            copy.send([pack_answer(1, 1, "one", b"")])
            raise RuntimeError
        connection.rollback()

        assert connection.execute("SELECT count(*) FROM journal.answer").fetchone() == (0,)
