"""What is tried again because nothing of it was kept tells the same events, not others."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.contracts.events import ledger
from libs.ids import new_id
from libs.inbox import IncomingEvent
from services.accounts.bootstrap import compose
from services.accounts.due import run_due
from services.accounts.tests.platform import Caller, Platform, must
from tests.support.losing_database import LosingDatabase, LostError, losing

_IDS = "SELECT event_id FROM outbox WHERE topic LIKE 'timebank.accounts%' AND event_type NOT LIKE '%SessionsEnded'"


def told(platform: Platform) -> set[UUID]:
    """Return the ids of all that accounts told, but for sessions, which begin anew when it is tried again."""
    with platform.database.reading() as connection:
        ids = list(connection.execute(sa.text(_IDS)).scalars())
    assert len(set(ids)) == len(ids), "no two tell one event"
    return set(ids)


def again(platform: Platform, caller: Caller, method: str, path: str, body: dict[str, Any], kinds: int) -> None:
    """Ask once for nothing and once more; both tell the same `kinds` events."""
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(new_id())}
    client, before = platform.client, told(platform)
    with losing(platform.app) as lost:
        assert client.open(path, method=method, json=body, headers=headers).status_code == 500
    assert client.open(path, method=method, json=body, headers=headers).status_code < 300
    assert set(lost.event_ids) == told(platform) - before
    assert len(lost.event_ids) == kinds


def test_a_command_that_was_not_kept_tells_the_same_events_again(platform: Platform) -> None:
    lan, min_, death = str(new_id()), str(new_id()), str(new_id())
    a, b = platform.a, platform.b
    for person_id, name in ((lan, "兰"), (min_, "敏")):
        again(platform, a, "PUT", f"/v1/persons/{person_id}", platform.person(name, password=None), 2)
    unit = {"level": "community", "parent_id": platform.units["s1"], "name_zh": "新社区"}
    again(platform, a, "PUT", f"/v1/organisation-units/{new_id()}", unit, 1)
    again(platform, a, "PUT", f"/v1/persons/{lan}/roles/{new_id()}", _role(platform), 2)
    relation = {"person_id": lan, "relative_id": min_, "kind": "child", "verified": False}
    again(platform, a, "PUT", f"/v1/relations/{new_id()}", relation, 2)
    again(platform, a, "PUT", f"/v1/acting-grants/{new_id()}", platform.grant(lan, min_), 1)
    group = {"unit_id": platform.units["k1"], "leader_id": min_, "member_ids": [lan], "name_zh": "一组"}
    again(platform, a, "PUT", f"/v1/groups/{new_id()}", group, 1)
    again(platform, a, "POST", f"/v1/persons/{lan}/suspension", {"why": "x"}, 2)
    must(a.put(f"/v1/persons/{lan}/deaths/{death}", {"died": "2026-02-28"}))
    again(platform, b, "POST", f"/v1/deaths/{death}/confirmation", {"ok": True}, 3)  # Dead, told so, the grant ended.
    again(platform, a, "POST", f"/v1/persons/{min_}/erasure", {"credit_to": "pool"}, 1)


def _role(platform: Platform) -> dict[str, str]:
    return {"role": "volunteer", "unit_id": platform.units["k1"]}


def test_an_event_that_is_delivered_again_tells_the_same_events(platform: Platform) -> None:
    lan = platform.register("兰", password=None)
    death, mistake = platform.die(lan), str(new_id())
    must(platform.a.put(f"/v1/deaths/{death}/mistakes/{mistake}", {"why": "another of this name"}))
    must(platform.b.post(f"/v1/deaths/{death}/mistakes/{mistake}/decision", {"ok": True}))
    unfrozen = ledger.WalletsUnfrozen(person_id=lan, cause_id=mistake)
    event = _incoming(platform, unfrozen)
    function = compose(platform.settings, clock=platform.clock).consumers.functions[event.event_type]
    lost, before = LosingDatabase(platform.database), told(platform)

    for database in (lost, platform.database):
        with contextlib.suppress(LostError), database.transaction() as connection:
            function(connection, event)

    assert len(lost.event_ids) == 2
    assert set(lost.event_ids) == told(platform) - before


def test_what_falls_due_again_tells_the_same_events(platform: Platform) -> None:
    for name in ("敏", "华"):
        platform.register(name, roles=["volunteer"], insured_until="2026-03-01", password=None)
    platform.move(timedelta(days=2))
    lost, before = LosingDatabase(platform.database), told(platform)

    for database in (lost, platform.database):
        with contextlib.suppress(LostError), database.transaction() as connection:
            run_due(connection, platform.clock.now())

    assert len(lost.event_ids) == 2
    assert set(lost.event_ids) == told(platform) - before


def _incoming(platform: Platform, message: Any) -> IncomingEvent:
    return IncomingEvent(
        event_id=new_id(),
        event_type=message.DESCRIPTOR.full_name,
        topic="t",
        stream="s",
        position=1,
        version=None,
        key="k",
        subject="s",
        payload=message.SerializeToString(),
        occurred_at=platform.clock.now(),
    )
