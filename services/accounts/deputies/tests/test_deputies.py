"""The work moves while somebody is away, and the signatures stay everybody's own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.contracts.timebank.accounts.v1 import events_pb2
from libs.contracts.timebank.orders.v1 import events_pb2 as orders_pb2
from libs.ids import new_id
from services.accounts.bootstrap import next_due, run_due
from services.accounts.core.store.person_store import PersonStore
from services.accounts.deputies.rules import SPAN_DAYS_MAX
from services.accounts.deputies.store import is_taken
from services.accounts.deputies.usecases import run_deputies
from services.accounts.tests.platform import (
    TODAY,
    Caller,
    Document,
    Platform,
    must,
    refused,
    wait_until_somebody_waits,
)


@dataclass
class Desk:
    """Two coordinators of one district, one of another, and who stands above them."""

    platform: Platform
    absent: Caller
    deputy: Caller
    stranger: Caller
    checker: Caller

    def grant_of(self, caller: Caller, role: str) -> str:
        """Return the id of a role that somebody holds as their own."""
        held = must(caller.get(f"/v1/persons/{caller.person_id}/roles"))["items"]
        return next(str(grant["grant_id"]) for grant in held if grant["role"] == role and not grant["lent_by_id"])

    def words(self, *, begins: int = 0, days: int = 7, **terms: Any) -> Document:
        """Return what is said of an absence that begins in some days."""
        first = TODAY + timedelta(days=begins)
        own = {
            "grant_id": terms.get("grant_id") or self.grant_of(self.absent, "coordinator"),
            "deputy_id": self.deputy.person_id,
            "begins_on": first.isoformat(),
            "ends_on": (first + timedelta(days=days - 1)).isoformat(),
            "reason": "leave",
        }
        return own | terms

    def named(self, **terms: Any) -> str:
        """Let whoever is away name their deputy; return the path."""
        path = f"/v1/deputies/{new_id()}"
        must(self.absent.put(path, self.words(**terms)))
        return path

    def in_force(self, **terms: Any) -> str:
        """Let a deputy have accepted."""
        path = self.named(**terms)
        must(self.deputy.post(f"{path}/decision", {"ok": True}))
        return path

    def run(self) -> None:
        """Do what is due, and nothing is left."""
        now = self.platform.clock.now()
        with self.platform.database.transaction() as connection:
            run_due(connection, now)
            due = next_due(connection, now)
        assert due is None or due > now

    def lent(self) -> list[tuple[str, str, str]]:
        """Return what the others were told last of the roles that are lent to the deputy."""
        roles = self.platform.states_of(self.deputy.person_id)[-1].roles
        return [(held.role, held.unit_id, held.lent_by_id) for held in roles if held.lent_by_id]

    def state(self, path: str) -> str:
        """Return where it stands, as whoever is away reads it."""
        items = must(self.absent.get("/v1/deputies"))["items"]
        return next(str(row["state"]) for row in items if row["deputyship_id"] == path.rpartition("/")[2])


@pytest.fixture
def desk(platform: Platform) -> Desk:
    """Coordinators of k1 and k2, which are of one street, and of k3 in another district; a checker above the first."""
    return Desk(
        platform,
        absent=platform.staff("absent", "coordinator", "k1"),
        deputy=platform.staff("deputy", "coordinator", "k2", home="k2"),
        stranger=platform.staff("stranger", "coordinator", "k3", home="k3"),
        checker=platform.staff("checker", "checker", "s1"),
    )


def test_the_role_is_lent_from_the_first_day_to_the_last_also_after_downtime(desk: Desk) -> None:
    path = desk.named(begins=1, days=3)
    waits = must(desk.deputy.get("/v1/deputies"))["items"]
    must(desk.deputy.post(f"{path}/decision", {"ok": True}))
    desk.run()

    assert [(row["state"], row["absent_name"]) for row in waits] == [("proposed", "absent")]
    assert (desk.state(path), desk.lent()) == ("accepted", [])
    desk.platform.move(timedelta(days=1))
    desk.run()
    k1 = desk.platform.units["k1"]
    assert (desk.state(path), desk.lent()) == ("in_force", [("coordinator", k1, desk.absent.person_id)])
    assert must(desk.deputy.get("/v1/deputies", unit=k1))["items"][0]["deputy_name"] == "deputy"
    desk.platform.move(timedelta(days=9))
    desk.run()

    assert (desk.state(path), desk.lent()) == ("ended", [])
    refused(desk.deputy.get("/v1/deputies", unit=k1), "out_of_scope", 403)
    refused(desk.deputy.delete(path), "absence_ended", 409)
    missed = desk.in_force(begins=12, days=2)
    desk.platform.move(timedelta(days=30))
    desk.run()
    assert (desk.state(missed), desk.lent()) == ("ended", []), "of days that are over whole nothing is lent"


def test_the_deputy_or_somebody_above_accepts_and_nobody_else(desk: Desk) -> None:
    path = desk.named()

    for who, code in ((desk.absent, "maker_is_checker"), (desk.stranger, "out_of_scope")):
        refused(who.post(f"{path}/decision", {"ok": True}), code, 403)
    peer = desk.platform.staff("peer", "coordinator", "k1")
    refused(peer.post(f"{path}/decision", {"ok": True}), "person_not_below", 403)
    desk.platform.register("volunteer")
    refused(desk.platform.sign_in("volunteer").post(f"{path}/decision", {"ok": True}), "not_authorised", 403)
    refused(
        desk.platform.sign_in("volunteer").get("/v1/deputies", unit=desk.platform.units["k1"]), "not_authorised", 403
    )
    assert desk.lent() == []
    accepted = must(desk.checker.post(f"{path}/decision", {"ok": True}))

    assert (accepted["state"], accepted["decided_by"]) == ("in_force", desk.checker.person_id)
    assert len(desk.lent()) == 1
    refused(desk.deputy.post(f"{path}/decision", {"ok": False, "why": "x"}), "already_decided", 409)


def test_somebody_above_names_a_deputy_for_who_fell_ill_and_the_deputy_accepts(desk: Desk) -> None:
    path = f"/v1/deputies/{new_id()}"
    refused(desk.deputy.put(f"/v1/deputies/{new_id()}", desk.words()), "out_of_scope", 403)
    must(desk.checker.put(path, desk.words(reason="personal")))

    refused(desk.checker.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(desk.absent.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    must(desk.deputy.post(f"{path}/decision", {"ok": True}))

    assert desk.state(path) == "in_force"


def test_who_stands_in_above_does_not_accept_whom_the_other_named(desk: Desk) -> None:
    above = desk.platform.staff("above", "checker", "s1")
    lent, path = f"/v1/deputies/{new_id()}", f"/v1/deputies/{new_id()}"
    must(desk.checker.put(lent, desk.words(grant_id=desk.grant_of(desk.checker, "checker"), deputy_id=above.person_id)))
    must(above.post(f"{lent}/decision", {"ok": True}))
    must(desk.checker.put(path, desk.words()))

    refused(above.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    must(desk.deputy.post(f"{path}/decision", {"ok": True}))


def test_it_ends_early_by_either_or_from_above(desk: Desk) -> None:
    for who in (desk.absent, desk.deputy, desk.checker):
        path = desk.in_force()
        refused(desk.stranger.delete(path), "out_of_scope", 403)

        ended = must(who.delete(path))

        assert (ended["state"], ended["ended_by"], desk.lent()) == ("ended", who.person_id, [])


def test_what_somebody_ends_at_the_moment_when_it_is_due_is_left(desk: Desk) -> None:
    path = desk.in_force(days=1)
    desk.platform.move(timedelta(days=1))
    now, ran = desk.platform.clock.now(), []

    def run() -> None:
        with desk.platform.database.transaction() as connection:
            ran.append(run_deputies(connection, now))

    running = threading.Thread(target=run)
    with desk.platform.database.transaction() as connection:
        PersonStore(connection).lock_persons([UUID(desk.absent.person_id)])
        running.start()
        wait_until_somebody_waits(desk.platform)
        connection.execute(sa.text("UPDATE deputyship SET ended_at = :now, ended_by = absent_id"), {"now": now})
    running.join(30)

    assert (ran, desk.state(path)) == ([1], "ended")


def test_of_two_who_choose_one_id_at_once_the_second_is_refused(desk: Desk) -> None:
    desk.named()
    third = desk.platform.staff("third", "coordinator", "k1")
    fourth = desk.platform.staff("fourth", "coordinator", "k2", home="k2")
    words = desk.words(grant_id=desk.grant_of(third, "coordinator"), deputy_id=fourth.person_id)
    chosen, answers = new_id(), list[Any]()
    naming = threading.Thread(target=lambda: answers.append(third.put(f"/v1/deputies/{chosen}", words)))
    with desk.platform.database.transaction() as connection:
        assert not is_taken(connection, chosen)
        connection.execute(
            sa.text("""
            INSERT INTO deputyship
            SELECT (jsonb_populate_record(of, jsonb_build_object('deputyship_id', CAST(:chosen AS text)))).*
            FROM deputyship AS of"""),
            {"chosen": str(chosen)},
        )
        naming.start()
        wait_until_somebody_waits(desk.platform)
    naming.join(30)

    assert [refused(answer, "id_reused", 409)["code"] for answer in answers] == ["id_reused"]


def test_a_role_that_ends_ends_it(desk: Desk) -> None:
    ended = {}
    for whose in ("absent", "deputy"):
        path = desk.in_force()
        caller = getattr(desk, whose)
        must(desk.platform.a.delete(f"/v1/persons/{caller.person_id}/roles/{desk.grant_of(caller, 'coordinator')}"))
        with desk.platform.database.reading() as connection:
            assert next_due(connection, desk.platform.clock.now()) == desk.platform.clock.now()
        desk.run()
        ended[whose] = (desk.state(path), desk.lent())
        desk.platform.appoint(caller.person_id, "coordinator", "k1" if whose == "absent" else "k2")

    assert ended == {"absent": ("ended", []), "deputy": ("ended", [])}


def test_what_is_lent_is_not_lent_on_and_taken_away_it_ends(desk: Desk) -> None:
    path = desk.in_force()
    [[lent]] = desk.platform.rows("SELECT grant_id FROM role_grant WHERE lent_by_id IS NOT NULL")
    lent_on = desk.words(grant_id=str(lent), deputy_id=desk.absent.person_id)
    refused(desk.deputy.put(f"/v1/deputies/{new_id()}", lent_on), "no_deputy_for_role", 422)

    must(desk.platform.a.delete(f"/v1/persons/{desk.deputy.person_id}/roles/{lent}"))
    desk.run()

    assert (desk.state(path), desk.lent()) == ("ended", [])


def test_only_who_holds_the_same_role_in_the_district_stands_in(desk: Desk) -> None:
    operator = desk.platform.staff("operator", "operator", "d1")
    suspended = desk.platform.staff("suspended", "coordinator", "k2", home="k2")
    must(desk.platform.a.post(f"/v1/persons/{suspended.person_id}/suspension", {"why": "x"}))
    unfit = (desk.stranger, desk.checker, operator, suspended, desk.absent)

    for who in unfit:
        refused(desk.absent.put(f"/v1/deputies/{new_id()}", desk.words(deputy_id=who.person_id)), "deputy_unfit", 422)
    grant = desk.grant_of(desk.absent, "coordinator")
    listed = must(desk.absent.get("/v1/deputies/candidates", grant=grant))["items"]

    assert listed == [{"person_id": desk.deputy.person_id, "name": "deputy"}]
    refused(desk.stranger.get("/v1/deputies/candidates", grant=grant), "out_of_scope", 403)
    refused(desk.absent.get("/v1/deputies/candidates", grant=str(new_id())), "record_not_found", 404)
    refused(desk.absent.put(f"/v1/deputies/{new_id()}", desk.words(deputy_id=str(new_id()))), "person_not_found", 404)
    own = desk.words(grant_id=desk.grant_of(operator, "operator"))
    refused(desk.platform.a.put(f"/v1/deputies/{new_id()}", own), "no_deputy_for_role", 422)


def test_days_have_bounds_and_do_not_overlap_and_nobody_who_is_away_stands_in(desk: Desk) -> None:
    for begins, days in ((-1, 3), (0, 0), (0, SPAN_DAYS_MAX + 1), (400, 3)):
        answer = desk.absent.put(f"/v1/deputies/{new_id()}", desk.words(begins=begins, days=days))
        assert refused(answer, "absence_out_of_range", 422)["days_max"] == SPAN_DAYS_MAX
    desk.named(begins=2, days=3)
    grant = desk.grant_of(desk.deputy, "coordinator")
    back = {"grant_id": grant, "deputy_id": desk.absent.person_id}

    refused(desk.absent.put(f"/v1/deputies/{new_id()}", desk.words(begins=4, days=9)), "already_away", 409)
    refused(desk.deputy.put(f"/v1/deputies/{new_id()}", desk.words(begins=1, days=2, **back)), "deputy_away", 409)
    must(desk.deputy.put(f"/v1/deputies/{new_id()}", desk.words(begins=5, days=2, **back)))
    must(desk.absent.put(f"/v1/deputies/{new_id()}", desk.words(begins=7, days=2)))


def test_whoever_stands_in_decides_nothing_in_which_the_other_had_a_hand(platform: Platform) -> None:
    away, deputy = (platform.staff(name, "checker", "s1") for name in ("away", "deputy"))
    third = platform.staff("third", "checker", "s1")
    desk = Desk(platform, away, deputy, third, third)
    mistake = f"/v1/deaths/{platform.die(platform.register('甲'))}/mistakes/{new_id()}"
    must(away.put(mistake, {"why": "seen alive"}))
    named = f"/v1/deputies/{new_id()}"
    must(away.put(named, desk.words(grant_id=desk.grant_of(away, "checker"), deputy_id=deputy.person_id)))
    must(deputy.post(f"{named}/decision", {"ok": True}))

    refused(deputy.post(f"{mistake}/decision", {"ok": True}), "maker_is_checker", 403)
    must(deputy.delete(named))

    must(deputy.post(f"{mistake}/decision", {"ok": True}))


def test_an_urgent_call_goes_to_whoever_stands_in(desk: Desk, hear: Callable[[Any], None]) -> None:
    def called(incident_id: str) -> list[str]:
        event = orders_pb2.DutyCalled(incident_id=incident_id, person_id=desk.absent.person_id, answer_by_at_us=1)
        hear(event)
        rows = desk.platform.rows("SELECT person_id FROM duty_notice WHERE incident_id = :of", of=incident_id)
        return [str(person_id) for (person_id,) in rows]

    path = desk.in_force()
    during = called(str(new_id()))
    must(desk.absent.delete(path))

    assert (during, called(str(new_id()))) == ([desk.deputy.person_id], [desk.absent.person_id])
    assert events_pb2.RoleAt().lent_by_id == ""
