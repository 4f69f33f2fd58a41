"""Scans: what they may be, who sees them, how they are kept, and when they are deleted."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from services.orders.scans.rules import SCAN_BYTES_MAX, UNUSED_MAX
from services.orders.tests.harness import OrdersHarness, at, named, outcome
from services.orders.tests.uploads import scan, upload
from tests.support.pictures import PDF, jpeg, png

SCAN = named("the scan")
PATH = f"/v1/scans/{SCAN}"


def kept(world: OrdersHarness) -> int:
    with world.database.reading() as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM scan_content")) or 0)


def wait_for_waiting(world: OrdersHarness, most: int) -> None:
    """Wait until so many stand before a lock; a while at most."""
    for _ in range(400):
        with world.database.reading() as connection:
            if (connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0) >= most:
                return
        threading.Event().wait(0.01)


def entered(world: OrdersHarness, *, content: bytes = b"") -> None:
    """Let lan's help of D3 be entered from a slip with this scan, on D5."""
    world.set_time("D5 10:00")
    world.call("PUT", "coord", f"/v1/slips/{named('range')}", {"unit_id": str(named("k1")), "from": 1, "to": 20})
    assert upload(world, "coord", PATH, content or png()).status_code == 201
    body: dict[str, Any] = {"volunteer_id": str(named("hua")), "recipient_id": str(named("lan")), "service": "B1"}
    body |= {"minutes": 60, "served": at("D3 14:00").isoformat(), "slip": 7, "scan": str(SCAN)}
    assert outcome(world.call("PUT", "coord", f"/v1/late-entries/{named('o1')}", body)) == ""


def listed(world: OrdersHarness, by: str = "check", order: str = "o1") -> Any:
    return world.call("GET", by, f"/v1/orders/{named(order)}/scans").get_json()


def test_who_decides_sees_the_slip_and_that_they_looked_is_noted(world: OrdersHarness) -> None:
    entered(world, content=png(7))

    seen = world.call("GET", "check", PATH)
    looks = {who: world.call("GET", who, PATH).status_code for who in ("coord", "lan", "hua", "coord_k2", "audit")}

    assert (seen.status_code, seen.data, seen.mimetype) == (200, png(7), "image/png")
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    assert looks == {"coord": 200, "lan": 404, "hua": 404, "coord_k2": 404, "audit": 200}
    [scan] = listed(world)["items"]
    assert (scan["kind"], scan["size_bytes"], scan["deleted_at"]) == ("slip", len(png(7)), None)
    assert [look["looked_by"] for look in scan["looks"]] == [str(named(who)) for who in ("check", "coord", "audit")]
    assert listed(world, by="lan")["code"] == "not_authorised"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (png(), "image/jpeg", ""),  # By its content, whatever is said of it.
        (jpeg(), "image/jpeg", ""),
        (PDF, "application/pdf", ""),
        (b"GIF89a" + bytes(20), "image/png", "scan_unreadable"),
        (b"<svg onload=alert(1)>", "image/png", "scan_unreadable"),
        (png()[:-4], "image/png", "scan_unreadable"),
        (b"\xff\xd8\xff\xd9", "image/jpeg", "scan_unreadable"),
        (b"%PDF-1.4", "application/pdf", "scan_unreadable"),
        (b"%PDF-1.4" + bytes(SCAN_BYTES_MAX) + b"%%EOF", "application/pdf", "scan_too_large"),
        (png(), "text/html", "wrong_content_type"),
    ],
)
def test_what_a_scan_may_be_is_found_by_its_content(world: OrdersHarness, content: bytes, kind: str, code: str) -> None:
    assert outcome(upload(world, "coord", PATH, content, kind=kind)) == code


def test_what_a_camera_says_of_the_place_is_not_kept(world: OrdersHarness) -> None:
    entered(world, content=jpeg(said=b"Exif\0\0GPS 31.230000 121.470000"))

    assert world.call("GET", "check", PATH).data == jpeg()


def test_no_table_holds_the_picture_in_plain(world: OrdersHarness) -> None:
    entered(world, content=PDF)

    with world.database.reading() as connection:
        sealed = bytes(connection.scalar(sa.text("SELECT sealed FROM scan_content")))
    assert PDF not in sealed
    assert PDF[:12] not in sealed


def test_only_ones_own_slip_is_entered_from(world: OrdersHarness) -> None:
    world.set_time("D5 10:00")
    body: dict[str, Any] = {"volunteer_id": str(named("hua")), "recipient_id": str(named("lan")), "service": "B1"}
    body |= {"minutes": 60, "served": at("D3 14:00").isoformat(), "slip": 7}
    world.call("PUT", "coord", f"/v1/slips/{named('range')}", {"unit_id": str(named("k1")), "from": 1, "to": 20})
    of_another = scan(world, "coord_b")

    answers = [
        outcome(world.call("PUT", "coord", f"/v1/late-entries/{named(scan)}", body | {"scan": scan}))
        for scan in (of_another, str(named("nothing")))
    ]

    assert answers == ["scan_not_yours", "scan_not_yours"]
    assert [outcome(upload(world, who, PATH, png())) for who in ("lan", "op", "audit")] == ["not_authorised"] * 3


def test_a_volunteer_adds_photos_of_a_visit_and_nobody_else_does(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    path = f"/v1/scans/{{}}?order={named('r1')}"
    early = outcome(upload(world, "min", path.format(named("p0")), jpeg(), kind="image/jpeg"))
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:05")

    answers = [
        outcome(upload(world, "min", path.format(named(f"p{number}")), jpeg(), kind="image/jpeg"))
        for number in range(1, 8)
    ]
    others = [outcome(upload(world, who, path.format(named("x")), jpeg())) for who in ("hua", "lan", "coord")]

    assert early == "wrong_order_state"
    assert answers == [""] * 6 + ["too_many_scans"]
    assert others == ["not_assigned"] * 3
    assert {scan["kind"] for scan in listed(world, order="r1")["items"]} == {"photo"}


def test_a_volunteer_sees_their_own_photos_and_how_many_may_follow(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    before = listed(world, by="min", order="r1")
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:05")
    upload(world, "min", f"/v1/scans/{SCAN}?order={named('r1')}", jpeg(), kind="image/jpeg")
    world.call("GET", "check", PATH)

    own, staff = listed(world, by="min", order="r1"), listed(world, order="r1")

    assert before == {"items": [], "photos_left": 0}
    assert ([scan["scan_id"] for scan in own["items"]], own["photos_left"]) == ([str(SCAN)], 5)
    assert own["items"][0]["looks"] == [], "who of the desk looked is for the desk"
    assert (len(staff["items"][0]["looks"]), staff["photos_left"]) == (1, 0)
    assert listed(world, by="lan", order="r1")["code"] == "not_authorised"
    world.act("lan", "r1", "confirmation", {"rating": 5})
    world.act("coord", "r1", "approval")
    assert listed(world, by="min", order="r1")["photos_left"] == 0, "what is decided takes no more"


def test_a_picture_is_deleted_after_the_days_of_the_rules_and_its_hash_stays(world: OrdersHarness) -> None:
    world.policy({"retention": {"photo_days": 30}})
    entered(world)
    world.set_time("D20 10:00")
    while_open = kept(world)
    assert world.act("check", "o1", "second-check", {"ok": True}) == ""

    world.set_time("D50 09:00")
    before = kept(world)
    world.set_time("D50 10:00")

    assert (while_open, before, kept(world)) == (1, 1, 0)
    [scan] = listed(world)["items"]
    assert (scan["deleted_at"], len(scan["sha256"])) == ("2026-04-20T02:00:00Z", 64)
    gone = world.call("GET", "check", PATH)
    assert (gone.status_code, gone.get_json()["code"]) == (404, "scan_deleted")


def test_what_nothing_was_entered_from_is_deleted_after_a_day(world: OrdersHarness) -> None:
    scan(world, "coord")
    world.set_time("D2 07:59")
    before = kept(world)
    world.set_time("D2 08:00")

    assert (before, kept(world)) == (1, 0)


def test_nobody_fills_the_disk_with_what_they_do_not_use(world: OrdersHarness) -> None:
    for number in range(UNUSED_MAX):
        scan(world, "coord", shade=number)

    assert outcome(upload(world, "coord", PATH, png())) == "too_many_scans"


def test_of_two_at_once_one_is_the_last(world: OrdersHarness) -> None:
    for number in range(UNUSED_MAX - 1):
        scan(world, "coord", shade=number)
    paths = [f"/v1/scans/{named(f'last/{number}')}" for number in (1, 2)]

    with ThreadPoolExecutor(2) as threads:
        with world.database.transaction() as connection:
            connection.execute(sa.text("LOCK TABLE scan IN SHARE MODE"))  # Both may count, neither may add.
            sent = [threads.submit(upload, world, "coord", path, png()) for path in paths]
            wait_for_waiting(world, 2)
        answers = sorted(outcome(answer.result()) for answer in sent)

    assert answers == ["", "too_many_scans"]


@pytest.mark.parametrize("label", ["lan", "hua"])
def test_it_is_deleted_with_whoever_is_on_it(world: OrdersHarness, label: str) -> None:
    entered(world)

    world.forget(label)

    assert kept(world) == 0


def test_the_same_file_sent_again_is_the_same_scan_and_another_is_refused(world: OrdersHarness) -> None:
    answers = [outcome(upload(world, "coord", PATH, png(shade))) for shade in (1, 1, 2)]

    assert (answers, kept(world)) == (["", "", "id_reused"], 1)
