"""Two devices at one door: whatever order their acts come in, and however often, the visit is the same."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from services.orders.tests.devices import Device
from services.orders.tests.harness import OrdersHarness, named

SEEDS = range(6)
ACTS = ("check_in", "check_out")
TIMES = {"a": ("D1 09:01", "D1 09:57"), "b": ("D1 09:04", "D1 10:02")}
SENT_MAX = 14


def signed(world: OrdersHarness) -> dict[str, tuple[Device, list[dict[str, str]]]]:
    """Return the telephones of two volunteers with what each signed at the door of r1; one guessed the code first."""
    world.redeem("r1", recipient="lan", start="D1 09:00", service="A3", persons=2)
    telephones = {}
    for label in TIMES:
        world.person(label, roles=["volunteer"], certificates=["carer"])
        assert world.act(label, "r1", "assignment") == ""
        device = Device(world, label).tell()
        arrived, left = TIMES[label]
        code = world.code("r1", when=arrived)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        acts = [device.signed("check_in", "r1", "D1 09:00", code=wrong)] if label == "b" else []
        acts += [device.signed("check_in", "r1", arrived, code=code), device.signed("check_out", "r1", left)]
        telephones[label] = (device, acts)
    world.set_time("D1 10:30")
    return telephones


def state_of(world: OrdersHarness) -> object:
    """Return everything that was recorded of the visit, but for when it came and in which order its steps were made."""
    order = world.order("r1")
    parts = sorted(
        (part["person_id"], part["checked_in_at"], part["checked_out_at"], part["actual_minutes"], *part["evidence"])
        for part in order["volunteers"]
    )
    with world.database.reading() as connection:
        acts = connection.execute(sa.text("SELECT person_id, counter, state, code FROM door_act ORDER BY 1, 2")).all()
        wrong = connection.scalar(sa.text("SELECT wrong_codes FROM door"))
        steps = connection.execute(sa.text("SELECT verb FROM order_step ORDER BY verb")).scalars().all()
    return order["state"], order["flags"], parts, [tuple(act) for act in acts], wrong, list(steps)


def expected() -> object:
    a, b = (str(named(label)) for label in TIMES)
    evidence = ("device_key", "door_code")
    parts = sorted(
        [
            (a, "2026-03-02T01:01:00Z", "2026-03-02T01:57:00Z", 56, *evidence),
            (b, "2026-03-02T01:04:00Z", "2026-03-02T02:02:00Z", 58, *evidence),
        ]
    )
    acts = [(named("a"), 1, "done", ""), (named("a"), 2, "done", "")]
    acts += [(named("b"), 1, "refused", "door_code_wrong"), (named("b"), 2, "done", ""), (named("b"), 3, "done", "")]
    steps = sorted(["place", "fund", "take", "take", "check_in", "check_in", "check_out", "check_out"])
    return (
        "finished",
        ["offline", "weak_evidence"],
        parts,
        sorted(acts, key=lambda act: (str(act[0]), act[1])),
        1,
        steps,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_acts_of_two_devices_merge_to_the_same_in_any_order_however_often_sent(world: OrdersHarness, seed: int) -> None:
    source, telephones = random.Random(seed), signed(world)
    single = [(label, act) for label, (_, acts) in telephones.items() for act in acts]
    sent = single + source.choices(single, k=source.randint(0, SENT_MAX - len(single)))
    source.shuffle(sent)

    while sent:
        label = sent[0][0]
        own = [act for whose, act in sent[: source.randint(1, 4)] if whose == label]
        telephones[label][0].send(*own)
        for act in own:
            sent.remove((label, act))

    assert state_of(world) == expected()


def test_a_first_device_that_comes_after_the_clock_does_not_end_it_for_the_second(
    world: OrdersHarness,
) -> None:
    telephones = signed(world)
    world.set_time("D1 12:00")

    device, acts = telephones["a"]
    device.send(*acts)
    world.set_time("D2 08:00")
    waiting = world.state("r1")
    device, acts = telephones["b"]
    device.send(*acts)

    assert (waiting, world.state("r1")) == ("in_service", "finished")
    assert [part["actual_minutes"] for part in world.order("r1")["volunteers"]] == [56, 58]


def test_a_second_device_is_awaited_no_longer_than_it_is_believed(world: OrdersHarness) -> None:
    device, acts = signed(world)["a"]
    world.set_time("D1 12:00")
    device.send(*acts)

    world.set_time("D2 10:59")
    before = world.state("r1")
    world.set_time("D2 11:00")

    assert (before, world.state("r1")) == ("in_service", "finished")
    assert [part["actual_minutes"] for part in world.order("r1")["volunteers"]] == [56]
