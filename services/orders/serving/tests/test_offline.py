"""Check-in and check-out that a device signed without a network: judged late, by the rules of there and then."""

from __future__ import annotations

import itertools
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from libs.contracts.events import orders as wire
from services.orders.serving.rules.acts import canonical
from services.orders.tests.devices import Device
from services.orders.tests.harness import OrdersHarness, at, named

DONE, WAITING = ("done", ""), ("waiting", "")
HOME = {"latitude": "31.230000", "longitude": "121.470000"}


def refused(code: str) -> tuple[str, str]:
    return ("refused", code)


@pytest.fixture
def device(world: OrdersHarness) -> Device:
    """Min's telephone; she has taken r1, which is at nine, and her telephone is online at eight."""
    world.redeem("r1", recipient="lan", start="D1 09:00")
    assert world.act("min", "r1", "assignment") == ""
    return Device(world, "min").tell()


def whole_visit(device: Device, order: str = "r1") -> tuple[dict[str, str], dict[str, str]]:
    code = device.world.code(order, when="D1 09:02")
    return (
        device.signed("check_in", order, "D1 09:02", code=code, place=HOME),
        device.signed("check_out", order, "D1 09:58", place=HOME),
    )


def test_a_visit_without_a_network_counts_when_it_is_sent(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")

    assert device.send(*acts) == [DONE, DONE]

    order = world.order("r1")
    [part] = order["volunteers"]
    assert (order["state"], part["actual_minutes"]) == ("finished", 56)
    assert part["evidence"] == ["device_key", "door_code", "place"]
    assert part["evidence_class"] == "attested"
    assert order["flags"] == ["offline", "weak_evidence"]
    [finished] = world.said(wire.ServiceFinished)
    assert finished.actual_minutes == 56


def test_sent_twice_it_counts_once(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")

    first, again = device.send(*acts, *acts), device.send(*acts)

    assert first == [DONE, DONE, DONE, DONE]
    assert again == [DONE, DONE]
    assert [len(world.said(kind)) for kind in (wire.ServiceStarted, wire.ServiceFinished)] == [1, 1]


def test_where_it_was_signed_is_forgotten_with_whom_it_was_for(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")
    assert device.send(*acts) == [DONE, DONE]
    places = sa.text("SELECT count(latitude_e6), count(*) FROM door_act")

    with world.database.reading() as connection:
        before = tuple(connection.execute(places).one())
    world.forget("lan")
    with world.database.reading() as connection:
        after = tuple(connection.execute(places).one())

    assert (before, after) == ((2, 2), (0, 2))


def test_a_check_out_waits_for_its_check_in(world: OrdersHarness, device: Device) -> None:
    arrived, left = whole_visit(device)
    world.set_time("D1 13:00")

    assert device.send(left) == [WAITING]
    assert world.state("r1") == "taken"
    assert device.send(arrived) == [DONE]
    assert world.state("r1") == "finished"
    assert device.send(left) == [DONE]


def test_every_order_and_repetition_of_a_bundle_gives_the_same(world: OrdersHarness) -> None:
    """A wrong code, a right one, a check-out and a second one: in every order, one of them twice, and all again."""
    expected = [refused("door_code_wrong"), DONE, DONE, refused("wrong_order_state")]
    seen = set()

    for day, order in enumerate(itertools.permutations(range(4)), start=1):
        label, device = _taken(world, day), Device(world, "min").tell(registered=f"D{day} 08:00")
        wrong = f"{(int(world.code(label, when=f'D{day} 09:01')) + 1) % 1_000_000:06}"
        acts = [
            device.signed("check_in", label, f"D{day} 09:01", code=wrong),
            device.signed("check_in", label, f"D{day} 09:02", code=world.code(label, when=f"D{day} 09:02")),
            device.signed("check_out", label, f"D{day} 09:58"),
            device.signed("check_out", label, f"D{day} 09:59"),
        ]
        world.set_time(f"D{day} 13:00")
        bundle = [*order, order[day % 4]]
        for numbers in (bundle, bundle[::-1]):
            assert device.send(*(acts[number] for number in numbers)) == [expected[number] for number in numbers]
        seen.add(_state(world, label))

    assert len(seen) == 1


def test_cut_into_bundles_in_any_order_two_visits_give_the_same(world: OrdersHarness) -> None:
    """Two visits, in every order of their four acts, sent in two bundles of every length."""
    seen = set()

    for day, order in enumerate(itertools.permutations(range(4)), start=1):
        first, second = _taken(world, day), _taken(world, day, "11:00", recipient="mei")
        device = Device(world, "min").tell(registered=f"D{day} 08:00")
        acts = [
            device.signed("check_in", first, f"D{day} 09:02", code=world.code(first, when=f"D{day} 09:02")),
            device.signed("check_out", first, f"D{day} 09:58"),
            device.signed("check_in", second, f"D{day} 11:00", code=world.code(second, when=f"D{day} 11:00")),
            device.signed("check_out", second, f"D{day} 11:55"),
        ]
        world.set_time(f"D{day} 13:00")
        cut = 1 + day % 3
        device.send(*(acts[number] for number in order[:cut]))
        device.send(*(acts[number] for number in order[cut:]))
        seen.add(_state(world, first) + _state(world, second))
        assert device.send(*acts) == [DONE, DONE, DONE, DONE]
        seen.add(_state(world, first) + _state(world, second))

    assert len(seen) == 1


BY_HISTORY = {"frequent_pair", "round_minutes"}


def _taken(world: OrdersHarness, day: int, start: str = "09:00", *, recipient: str = "lan") -> str:
    world.set_time(f"D{day} 08:00")
    label = f"{recipient}{day}"
    world.redeem(label, recipient=recipient, start=f"D{day} {start}")
    assert world.act("min", label, "assignment") == ""
    return label


def _state(world: OrdersHarness, label: str) -> str:
    """Return what is known of a visit, but for the day, and for what is known of the days before."""
    order = world.order(label)
    [part] = order["volunteers"]
    with world.database.reading() as connection:
        of_order = {"order_id": named(label)}
        wrong = connection.scalar(sa.text("SELECT sum(wrong_codes) FROM door WHERE order_id = :order_id"), of_order)
        query = "SELECT counter, state, code FROM door_act WHERE order_id = :order_id ORDER BY counter"
        acts = [list(act) for act in connection.execute(sa.text(query), of_order)]
        query = "SELECT verb, to_state FROM order_step WHERE order_id = :order_id ORDER BY number"
        steps = [list(step) for step in connection.execute(sa.text(query), of_order)]
    flags = sorted(set(order["flags"]) - BY_HISTORY)
    served = [part["checked_in_at"][10:], part["checked_out_at"][10:], part["actual_minutes"], part["evidence"]]
    return json.dumps([order["state"], flags, served, int(wrong or 0), acts, steps])


def test_what_a_device_may_not_claim_is_refused_by_name(world: OrdersHarness, device: Device) -> None:
    world.set_time("D1 09:05")
    code = world.code("r1")

    answers = device.send(
        device.signed("check_in", "r1", "D1 09:08", code=code),
        device.signed("check_in", "r1", "D1 07:59", code=code),
        device.signed("check_in", "r1", "D1 08:30", code=code),
    )

    assert answers == [refused("device_clock_ahead"), refused("act_before_device"), refused("check_in_too_early")]
    assert device.send(device.signed("check_in", "r1", "D1 09:06", code=code)) == [DONE]  # A little ahead is now.
    assert world.order("r1")["volunteers"][0]["checked_in_at"] == "2026-03-02T01:05:00Z"


def test_what_is_sent_later_than_the_rules_allow_is_refused(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D2 09:30")

    assert device.send(*acts) == [refused("act_too_old"), WAITING]
    assert world.state("r1") == "taken"


def test_a_clock_turned_back_between_two_acts_is_seen(world: OrdersHarness, device: Device) -> None:
    world.redeem("r2", recipient="mei", start="D1 11:00")
    assert world.act("min", "r2", "assignment") == ""
    acts = whole_visit(device)
    world.set_time("D1 13:00")
    assert device.send(*acts) == [DONE, DONE]

    back = device.signed("check_in", "r2", "D1 09:50", code=world.code("r2", when="D1 09:50"))
    assert device.send(back) == [refused("device_clock_turned_back")]
    device.counter = 0
    forward = device.signed("check_in", "r2", "D1 11:00", code=world.code("r2", when="D1 11:00"))
    assert device.send(forward) == [refused("act_number_reused")]


def test_a_key_counts_for_its_person_alone_and_until_it_is_revoked(world: OrdersHarness, device: Device) -> None:
    arrived, left = whole_visit(device)
    other, unknown = Device(world, "hua").tell(), Device(world, "min")
    world.set_time("D1 13:00")

    assert device.send(arrived, by="hua") == [refused("device_key_unknown")]
    acted = other.signed("check_in", "r1", "D1 09:02", code=world.code("r1", when="D1 09:02"))
    assert other.send(acted) == [refused("not_assigned")]
    assert other.send(other.signed("check_in", "r9", "D1 09:02")) == [refused("order_not_found")]
    assert unknown.send(unknown.signed("check_in", "r1", "D1 09:02")) == [refused("device_key_unknown")]
    stolen = unknown.sign(canonical(device.said("check_in", "r1", "D1 09:03")))
    assert device.send(stolen) == [refused("signature_wrong")]
    device.tell(revoked="D1 12:00")
    assert device.send(arrived, left) == [refused("device_key_revoked"), refused("device_key_revoked")]
    assert world.state("r1") == "taken"


def test_a_changed_text_or_signature_counts_for_nothing(world: OrdersHarness, device: Device) -> None:
    arrived, left = whole_visit(device)
    world.set_time("D1 13:00")
    said = json.loads(arrived["text"])
    raw = bytearray(urlsafe_b64decode(arrived["signature"] + "=="))
    raw[5] ^= 1
    flipped = urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()

    answers = device.send(
        {"text": canonical(said | {"at": at("D1 08:50").isoformat()}), "signature": arrived["signature"]},
        {"text": arrived["text"], "signature": flipped},
        {"text": arrived["text"], "signature": left["signature"]},
        device.sign(json.dumps(said)),
        device.sign(canonical(said | {"more": 1})),
        device.sign(canonical(said | {"counter": 0})),
        device.sign("[" * 500),
        device.sign("no json"),
    )

    assert answers == [refused("signature_wrong")] * 3 + [refused("act_unreadable")] * 5


def test_a_bundle_has_a_bound(world: OrdersHarness, device: Device) -> None:
    act = device.signed("check_in", "r1", "D1 09:00")

    for number in (0, 51, 200):
        assert world.call("POST", "min", "/v1/door-acts", {"acts": [act] * number}).status_code == 422
    assert world.call("POST", "min", "/v1/door-acts", {"acts": [act] * 10_000}).status_code == 413


def test_an_order_that_was_changed_meanwhile_is_refused_by_name(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 08:30")
    assert world.act("lan", "r1", "cancellation", {"why": "ill"}) == ""
    world.set_time("D1 13:00")

    response = world.call("POST", "min", "/v1/door-acts", {"acts": list(acts)}).get_json()["items"]

    assert [(answer["code"], answer["advice"]) for answer in response] == [("wrong_order_state", "late_entry")] * 2


def test_a_service_that_the_clock_has_ended_is_refused_by_name(world: OrdersHarness, device: Device) -> None:
    arrived, left = whole_visit(device)
    world.set_time("D1 09:30")
    assert device.send(arrived) == [DONE]
    world.set_time("D1 13:00")

    assert device.send(left) == [refused("service_ended_by_clock")]
    assert world.order("r1")["volunteers"][0]["actual_minutes"] == 58


def test_a_check_out_later_than_the_clock_allows_is_refused_also_when_both_come_late(
    world: OrdersHarness, device: Device
) -> None:
    arrived, _ = whole_visit(device)
    left, early = device.signed("check_out", "r1", "D1 11:01"), device.signed("check_out", "r1", "D1 11:01")
    world.set_time("D1 13:00")

    assert device.send(arrived, left) == [DONE, refused("service_ended_by_clock")]
    world.set_time("D1 13:01")
    assert world.order("r1")["flags"] == ["auto_checked_out", "offline", "weak_evidence"]
    assert device.send(early) == [refused("service_ended_by_clock")]


def test_a_check_out_before_its_check_in_by_the_devices_clock_is_refused(world: OrdersHarness, device: Device) -> None:
    left = device.signed("check_out", "r1", "D1 09:01")
    arrived = device.signed("check_in", "r1", "D1 09:02", code=world.code("r1", when="D1 09:02"))
    world.set_time("D1 13:00")

    assert device.send(left, arrived) == [refused("check_out_before_check_in"), DONE]


def test_wrong_codes_lock_the_door_as_they_do_online(world: OrdersHarness, device: Device) -> None:
    right = world.code("r1")
    guesses = [f"{(int(right) + number) % 1_000_000:06}" for number in range(1, 7)]
    acts = [device.signed("check_in", "r1", "D1 09:02", code=guess) for guess in guesses]
    world.set_time("D1 13:00")

    answers = device.send(*acts, device.signed("check_in", "r1", "D1 09:02", code=right))

    assert answers == [refused("door_code_wrong")] * 5 + [refused("door_code_locked")] * 2
    assert device.send(*acts[:1]) == [refused("door_code_wrong")]
    with world.database.reading() as connection:
        assert connection.scalar(sa.text("SELECT wrong_codes FROM door")) == 5


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ("D1 08:54", refused("door_code_wrong")),
        ("D1 08:55", DONE),
        ("D1 09:02", DONE),
        ("D1 09:05", DONE),  # The device's clock is two minutes behind, and no more.
        ("D1 09:10", refused("door_code_wrong")),
    ],
)
def test_a_code_is_judged_by_when_the_device_signed_and_not_by_when_it_was_sent(
    world: OrdersHarness, device: Device, shown: str, answer: tuple[str, str]
) -> None:
    act = device.signed("check_in", "r1", "D1 09:03", code=world.code("r1", when=shown))
    world.set_time("D1 13:00")

    assert device.send(act) == [answer]


def test_the_code_that_was_typed_is_kept_nowhere(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")
    device.send(*acts)

    with world.database.reading() as connection:
        kept = connection.execute(sa.text("SELECT * FROM door_act")).mappings().all()
    assert world.code("r1", when="D1 09:02") not in json.dumps([dict(row) for row in kept], default=str)
    world.forget("min")
    with world.database.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM door_act")) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM device_key")) == 0


def test_two_bundles_at_the_same_moment_count_once(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")

    def send(_number: int) -> list[tuple[str, str]]:
        return device.send(*acts)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert answers == [[DONE, DONE]] * 4
    assert [len(world.said(kind)) for kind in (wire.ServiceStarted, wire.ServiceFinished)] == [1, 1]


def test_a_suspended_volunteer_and_an_auditor_send_nothing(world: OrdersHarness, device: Device) -> None:
    acts = whole_visit(device)
    world.set_time("D1 13:00")
    world.person("min", roles=["volunteer"], status="suspended", version=2)

    response = world.call("POST", "min", "/v1/door-acts", {"acts": list(acts)})

    assert (response.status_code, response.get_json()["code"]) == (403, "person_suspended")
