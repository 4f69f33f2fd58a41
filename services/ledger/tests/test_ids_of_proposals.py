"""The id of a proposal is its first maker's; and what was posted for one counts as decided, whatever row was lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from libs.clock import machine_now, to_microseconds
from libs.ids import new_id
from libs.programme.two_people import LAPSES_AFTER
from services.ledger.store import proposal_store
from services.ledger.store.proposal_store import Proposal
from services.ledger.tests.stories import balances
from services.ledger.tests.test_api import CITY, DISTRICT, Api, migration
from tests.support.postgres import DatabaseFactory

FUNDING = {"kind": "pool_funding", "district_id": str(DISTRICT), "minutes": 600, "why": "the year's budget"}
CLOSE = {"district_id": str(DISTRICT), "month": "2020-01"}
YES, NO = {"ok": True}, {"ok": False, "why": "no such book"}


@pytest.fixture(scope="module")
def api(database_factory: DatabaseFactory) -> Iterator[Api]:
    """A ledger over HTTP."""
    made = Api(database_factory)
    yield made
    made.database.dispose()
    made.ledger.database.dispose()
    database_factory.drop(made.name)


@contextlib.contextmanager
def superuser(factory: DatabaseFactory, name: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody whom no trigger stops."""
    with psycopg.connect(factory.server.superuser_url(name)) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@pytest.mark.parametrize("first", ["adjustments", "period-closes"])
@pytest.mark.parametrize("second", ["adjustments", "period-closes"])
def test_an_id_under_which_somebody_else_proposed_is_refused(api: Api, first: str, second: str) -> None:
    bodies = {"adjustments": FUNDING, "period-closes": CLOSE}
    one, other = (api.token(new_id(), "district_admin") for _ in range(2))
    proposal = new_id()

    made = api.send(one, "PUT", f"/v1/{first}/{proposal}", bodies[first])
    refused = api.send(other, "PUT", f"/v1/{second}/{proposal}", bodies[second])

    assert made.status_code == 200, made.json
    assert (refused.status_code, refused.json["code"]) == (409, "id_reused")
    shown = api.send(one, "GET", f"/v1/{first}/{proposal}").json
    assert shown["state"] == "proposed"


def _decided_and_lost(api: Api, factory: DatabaseFactory, lan: UUID, *, made_at: Any = None) -> UUID:
    """An old balance that was posted, and the row that says who decided it, gone."""
    proposal, proposer = new_id(), api.token(maker := new_id(), "district_admin")
    if made_at is None:
        api.send(proposer, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    else:
        with api.database.transaction() as connection:
            waiting = Proposal(
                proposal, "migration", DISTRICT, lan, "earned", 120, None, "book", True, None, maker,
                to_microseconds(made_at),
            )  # fmt: skip
            proposal_store.add(connection, waiting)
    path = f"/v1/adjustments/{proposal}/decision"
    assert api.send(api.token(new_id(), "city_admin", unit=CITY), "POST", path, YES).json["state"] == "done"
    with superuser(factory, api.name) as connection:
        connection.execute("DELETE FROM decision WHERE proposal_id = %s", [proposal])
    return proposal


def test_what_was_posted_is_shown_done_and_a_no_comes_too_late(api: Api, database_factory: DatabaseFactory) -> None:
    lan, decider = api.person(), api.token(new_id(), "city_admin", unit=CITY)
    proposal = _decided_and_lost(api, database_factory, lan)

    shown = api.send(decider, "GET", f"/v1/adjustments/{proposal}").json
    refused = api.send(decider, "POST", f"/v1/adjustments/{proposal}/decision", NO)

    assert shown["state"] == "done"
    assert (refused.status_code, refused.json["code"]) == (409, "already_decided")
    assert balances(api.ledger, lan.bytes)[2] == 120


@pytest.mark.parametrize("is_late", [False, True])
def test_a_second_yes_records_what_was_lost_and_moves_nothing(
    api: Api, database_factory: DatabaseFactory, is_late: bool
) -> None:
    lan, decider = api.person(), api.token(new_id(), "city_admin", unit=CITY)
    made_at = machine_now() - LAPSES_AFTER + timedelta(minutes=10) if is_late else None
    proposal = _decided_and_lost(api, database_factory, lan, made_at=made_at)
    if is_late:
        with superuser(database_factory, api.name) as connection:
            connection.execute("UPDATE proposal SET proposed_at = proposed_at - 1200000000 WHERE proposal_id = %s",
                               [proposal])  # fmt: skip

    answer = api.send(decider, "POST", f"/v1/adjustments/{proposal}/decision", YES)

    assert (answer.status_code, answer.json["state"]) == (200, "done")
    assert balances(api.ledger, lan.bytes)[2] == 120
    with api.database.reading() as connection:
        assert proposal_store.find_decision(connection, proposal) is not None


def test_who_decides_nothing_is_refused_while_others_decide(api: Api, database_factory: DatabaseFactory) -> None:
    proposal, stranger = new_id(), api.token(new_id(), "coordinator")
    api.send(api.token(new_id(), "district_admin"), "PUT", f"/v1/adjustments/{proposal}", FUNDING)

    with superuser(database_factory, api.name) as connection:
        connection.execute(proposal_store.LOCK, {"lock": str(proposal)})
        refused = api.send(stranger, "POST", f"/v1/adjustments/{proposal}/decision", YES)

    assert (refused.status_code, refused.json["code"]) == (403, "not_authorised")
