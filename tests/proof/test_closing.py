"""A month is closed once, by those who may; what comes later changes nothing of it, and tampering is found."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from libs.clock import ManualClock, to_microseconds
from libs.ids import new_id
from libs.programme.two_people import LAPSES_AFTER
from services.ledger import due
from services.ledger.audit import closes, verify
from services.ledger.audit.findings import Kind
from services.ledger.domain.closing import digest_of
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import WalletClass as W, district_wallet
from services.ledger.store import sums_store
from services.ledger.tests.support import EAST, earned, issue, new
from services.ledger.tests.test_api import CITY, DISTRICT, OTHER, Api
from services.ledger.usecases import period_close
from tests.proof.support import Bench, load_verifier
from tests.support.postgres import DatabaseFactory

MARCH, APRIL, MAY = (datetime(2026, month, 10, 4, tzinfo=UTC) for month in (3, 4, 5))
verifier = load_verifier()


class Closing(Api):
    """A ledger over HTTP with a clock that the test sets, and a sealer beside it."""

    def __init__(self, factory: DatabaseFactory, folder: Path) -> None:
        super().__init__(factory)
        self.bench = Bench(folder, str(self.database.url))
        self.clock = ManualClock(folder / "platform.clock")
        service = self.client.application.extensions["service"]
        parts = service.parts | {"log_folder": folder / "logs"}
        changed = dataclasses.replace(service, clock=self.clock, parts=parts)
        self.client.application.extensions["service"] = changed
        self.admin_id = new_id()
        self.admin = self.token(self.admin_id, "district_admin")
        self.second = self.token(new_id(), "city_admin", unit=CITY)
        self.reader = factory.urls("ledger", self.name).reader
        self.superuser = factory.server.superuser_url(self.name)

    def at(self, instant: datetime) -> None:
        """Let it be an instant for everyone."""
        self.clock.set(instant)
        self.ledger.now_us = to_microseconds(instant)

    def close(self, month: str, token: str | None = None, district: UUID = DISTRICT, **more: Any) -> Any:
        """Ask to close a month, and let a second person say yes."""
        body = {"district_id": str(district), "month": month} | more
        path = f"/v1/period-closes/{new_id()}"
        proposed = self.send(token or self.admin, "PUT", path, body)
        if proposed.status_code != 200:
            return proposed
        return self.send(self.second, "POST", f"{path}/decision", {"ok": True})

    def findings(self) -> list[tuple[Kind, str]]:
        """What the check of the closed months finds."""
        return [(finding.kind, finding.field) for finding in closes.check_closes(self.reader)]

    def tamper(self, statement: str) -> None:
        """Change something as a superuser."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            for table in ("entry", "period_close"):
                connection.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER refuse_change".encode())
            connection.execute(statement.encode())


@pytest.fixture
def api(database_factory: DatabaseFactory, tmp_path: Path) -> Iterator[Closing]:
    """A district with 100 minutes earned in March and 50 in April; now it is May."""
    made = Closing(database_factory, tmp_path)
    lan = new()
    made.at(MARCH)
    made.ledger.post(issue(earned(lan), 60), issue(earned(lan), 40))
    made.at(APRIL)
    made.ledger.post(issue(earned(lan), 50))
    made.at(MAY)
    made.ledger.post(issue(district_wallet(EAST, W.POOL), 500))
    made.bench.sealer.tick()
    yield made
    made.bench.close()
    made.database.dispose()
    made.ledger.database.dispose()
    database_factory.drop(made.name)


def test_a_closing_states_the_month_and_the_next_goes_on_from_it(api: Closing) -> None:
    march, april = api.close("2026-03").json["statement"], api.close("2026-04").json["statement"]

    assert (march["first_position"], march["last_position"]) == (1, 2)
    assert march["opening"] == {}
    assert march["closing"] == {"earned": 100, "issuance": -100}
    assert march["moved"] == [{"reason": "migration", "entries": 2, "minutes": 100}]
    assert (march["begins_at"], march["ends_at"]) == ("2026-02-28T16:00:00+00:00", "2026-03-31T16:00:00+00:00")
    assert (april["first_position"], april["last_position"]) == (3, 3)
    assert april["opening"] == march["closing"]
    assert april["closing"] == {"earned": 150, "issuance": -150}
    assert sum(april["closing"].values()) == 0
    listed = api.send(api.admin, "GET", f"/v1/period-closes?district={DISTRICT}").json["items"]
    assert [one["month"] for one in listed] == ["2026-03", "2026-04"]
    assert api.findings() == []


def test_late_hours_are_settled_in_the_open_month_and_shown_in_the_month_of_their_service(api: Closing) -> None:
    closed, lan = api.close("2026-03").json, api.person()
    late = Transfer(
        new(), Terms(cause=new(), effective_at=to_microseconds(MARCH)), district_wallet(EAST, W.ISSUANCE),
        earned(lan.bytes), 30, Reason.HOURS_APPROVED,
    )  # fmt: skip
    api.at(datetime(2026, 5, 20, tzinfo=UTC))

    api.ledger.post(late)
    api.bench.sealer.tick()

    assert api.send(api.admin, "GET", f"/v1/period-closes/{closed['close_id']}").json == closed
    month = "from=2026-02-28T16:00:00Z&to=2026-03-31T16:00:00Z"
    by_service = api.send(api.token(lan), "GET", f"/v1/statements?person={lan}&by=service&{month}").json
    by_record = api.send(api.token(lan), "GET", f"/v1/statements?person={lan}&by=recorded&{month}").json
    assert (by_service["closing_minutes"], len(by_service["lines"])) == (30, 1)
    assert (by_record["closing_minutes"], len(by_record["lines"])) == (0, 0)
    api.at(datetime(2026, 6, 1, tzinfo=UTC))
    may = api.close("2026-05").json["statement"]
    assert (may["late_entries"], may["late_minutes"]) == (1, 30)
    assert may["opening"] == {"earned": 150, "issuance": -150}
    assert api.findings() == []


def test_nothing_is_recorded_in_a_closed_month_even_by_a_clock_that_is_behind(api: Closing) -> None:
    closed = api.close("2026-04").json
    api.ledger.now_us = to_microseconds(APRIL)

    api.ledger.post(issue(earned(new()), 5))

    with psycopg.connect(api.superuser) as connection:
        row = connection.execute("SELECT max(recorded_at), max(pos) FROM journal.entry").fetchone()
    assert row is not None
    assert row[0] >= to_microseconds(datetime.fromisoformat(closed["statement"]["ends_at"]))
    assert api.findings() == []


def test_the_statements_digest_is_a_row_of_the_log_with_a_receipt(api: Closing) -> None:
    closed = api.close("2026-03").json
    unsealed = api.send(api.admin, "GET", f"/v1/receipts/{closed['close_id']}")
    assert unsealed.json["code"] == "not_sealed_yet"
    api.bench.sealer.tick()

    receipt = api.send(api.admin, "GET", f"/v1/receipts/{closed['close_id']}").text

    facts = verifier.check(receipt, api.bench.trust(str(DISTRICT)))
    text = json.dumps(closed["statement"], sort_keys=True, separators=(",", ":"))
    assert facts["cause"].bytes == digest_of(text)[:16]
    assert closed["statement_sha256"] == digest_of(text).hex()
    assert (facts["reason"], facts["minutes"], facts["actor"]) == (45, 0, api.admin_id)
    assert "period_closed" in verifier.describe(facts)


def test_a_close_is_refused_by_name_and_changes_nothing(api: Closing) -> None:
    assert api.close("2026-03").status_code == 200
    before = _rows(api)
    coordinator = api.token(new_id(), "coordinator")
    elsewhere = api.token(new_id(), "district_admin", unit=OTHER)
    expected = {
        "period_already_closed": api.close("2026-03"),
        "period_not_over": api.close("2026-05"),
        "not_authorised": api.close("2026-04", coordinator),
        "out_of_scope": api.close("2026-04", elsewhere),
        "period_empty": api.close("2026-04", elsewhere, OTHER),
        "district_not_found": api.close("2026-04", district=new_id()),
    }
    for code, refused in expected.items():
        assert refused.json["code"] == code, refused.json
    for month in ("2026-13", "2026-3", "March", "", 202603):
        assert api.close(month).status_code in (400, 422)  # type: ignore[arg-type]  # on purpose
    assert api.close("2026-04", minutes=5).status_code in (400, 422)
    assert _rows(api) == before


def test_a_month_is_closed_only_when_its_last_row_is_signed(api: Closing) -> None:
    api.at(datetime(2026, 5, 31, 15, tzinfo=UTC))
    api.ledger.post(issue(earned(new()), 5))
    api.at(datetime(2026, 6, 1, tzinfo=UTC))

    early = api.close("2026-05")
    api.bench.sealer.tick()

    assert early.json["code"] == "not_sealed_yet"
    assert api.close("2026-05").json["statement"]["checkpoint_size"] == 5


def test_a_month_of_many_rows_is_closed_once_they_are_added_up_beforehand(
    api: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = api.close("2026-03").json["statement"]["closing"]
    monkeypatch.setattr(period_close, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(sums_store, "ROWS_BEHIND_MAX", 1)
    early = api.close("2026-04")

    with api.database.transaction() as connection:
        due.run_due(connection, MAY)

    assert (early.status_code, early.json["code"]) == (409, "not_added_up_yet")
    assert (early.json["position"], early.json["added_up"], early.headers["Retry-After"]) == (3, 0, "2")
    april = api.close("2026-04").json["statement"]
    assert (april["opening"], april["closing"]) == (plain, {"earned": 150, "issuance": -150})
    assert api.findings() == []


def test_a_month_is_closed_by_two_and_says_who_may_decide_until_when(api: Closing) -> None:
    path = f"/v1/period-closes/{new_id()}"
    proposed = api.send(api.admin, "PUT", path, {"district_id": str(DISTRICT), "month": "2026-03"}).json
    waiting = api.send(api.admin, "GET", f"/v1/period-closes?district={DISTRICT}&state=proposed").json["items"]

    alone = api.send(api.admin, "POST", f"{path}/decision", {"ok": True})
    stranger = api.send(api.token(new_id(), "coordinator"), "POST", f"{path}/decision", {"ok": True})
    unexplained = api.send(api.second, "POST", f"{path}/decision", {"ok": False})
    down = api.send(api.second, "POST", f"{path}/decision", {"ok": False, "why": "hours of March are still on paper"})
    again = api.send(api.second, "POST", f"{path}/decision", {"ok": True})

    assert (proposed["state"], proposed["statement"]) == ("proposed", None)
    assert proposed["roles_to_decide"] == ["city_admin", "district_admin"]
    assert waiting == [proposed]
    assert (alone.json["code"], stranger.json["code"]) == ("maker_is_checker", "not_authorised")
    assert unexplained.status_code in (400, 422)
    assert (down.json["state"], down.json["decision_why"]) == ("declined", "hours of March are still on paper")
    assert again.json["code"] == "already_decided"
    assert api.send(api.admin, "GET", f"/v1/period-closes?district={DISTRICT}").json["items"] == []


def test_a_close_that_nobody_decides_lapses(api: Closing) -> None:
    path = f"/v1/period-closes/{new_id()}"
    api.send(api.admin, "PUT", path, {"district_id": str(DISTRICT), "month": "2026-03"})
    api.at(MAY + LAPSES_AFTER)

    late = api.send(api.second, "POST", f"{path}/decision", {"ok": True})

    assert late.json["code"] == "proposal_lapsed"
    assert api.send(api.admin, "GET", path).json["state"] == "lapsed"
    assert api.close("2026-03").json["state"] == "done"


def test_the_same_request_again_is_answered_as_before(api: Closing) -> None:
    close_id, body = new_id(), {"district_id": str(DISTRICT), "month": "2026-03"}

    first = api.send(api.admin, "PUT", f"/v1/period-closes/{close_id}", body)
    again = api.send(api.admin, "PUT", f"/v1/period-closes/{close_id}", body)
    other = api.send(api.admin, "PUT", f"/v1/period-closes/{close_id}", body | {"month": "2026-04"})

    assert first.json == again.json
    assert (other.status_code, other.json["code"]) == (409, "id_reused")
    elsewhere = api.token(new_id(), "city_admin", unit=OTHER)
    assert api.send(elsewhere, "GET", f"/v1/period-closes/{close_id}").json["code"] == "period_close_not_found"
    assert (
        api.send(api.token(new_id(), "city_admin", unit=CITY), "GET", f"/v1/period-closes/{close_id}").json
        == first.json
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("UPDATE journal.period_close SET statement = replace(statement, '100', '900')", "statement of 2026-03"),
        ("UPDATE journal.entry SET minutes = 61 WHERE pos = 1", "statement of 2026-03"),
        ("UPDATE journal.entry SET cause = gen_random_uuid() WHERE reason = 45", "statement of 2026-03"),
        ("DELETE FROM journal.entry WHERE reason = 45", "row of the close of 2026-03"),
        ("DELETE FROM journal.period_close", "period_close"),
    ],
)
def test_what_a_superuser_does_to_a_closed_month_is_found(api: Closing, change: str, field: str) -> None:
    api.close("2026-03")
    assert verify.run(api.reader, verify.Terms(processes=1)).findings == []

    api.tamper(change)

    assert api.findings() == [(Kind.PERIOD_CLOSE_ALTERED, field)]


def _rows(api: Closing) -> int:
    with psycopg.connect(api.superuser) as connection:
        row = connection.execute("SELECT count(*) FROM journal.entry").fetchone()
    assert row is not None
    return int(row[0])


def test_a_close_under_the_id_of_another_posting_is_refused_and_the_month_is_closed_under_its_own(
    api: Closing,
) -> None:
    taken = new_id()
    api.ledger.post(Transfer(
        taken.bytes, Terms(cause=new()), district_wallet(EAST, W.ISSUANCE), earned(new()), 5, Reason.MIGRATION,
    ))  # fmt: skip
    path = f"/v1/period-closes/{taken}"
    proposed = api.send(api.admin, "PUT", path, {"district_id": str(DISTRICT), "month": "2026-03"})

    refused = api.send(api.second, "POST", f"{path}/decision", {"ok": True})

    assert proposed.status_code == 200
    assert (refused.status_code, refused.json["code"]) == (409, "id_reused")
    assert api.findings() == []
    assert api.close("2026-03").json["statement"]["last_position"] == 2
    assert api.findings() == []
