"""The verbs of help that nobody takes: wait, another time, other help, and what came of it."""

from typing import Any
from uuid import UUID, uuid5

from tests.scenarios.calls import Calls, acting, post
from tests.scenarios.story import Step
from tests.scenarios.world import World


def _act(world: World, step: Step, seed: str, label: str, act: str, body: dict[str, Any]) -> Calls:
    path = f"/v1/orders/{world.id_of(label)}/{act}"
    return [post(world, step["by"], path, body | acting(world, step), f"{seed}/{act}")]


def wait_longer(world: World, step: Step, seed: str) -> Calls:
    """Wait until an instant, or until the start where none is said."""
    until = {"until": world.story.instant(step["until"]).isoformat()} if "until" in step else {}
    return _act(world, step, seed, step["wait_longer"], "waiting", until)


def change_time(world: World, step: Step, seed: str) -> Calls:
    """Look for somebody at another time."""
    start = {"start": world.story.instant(step["start"]).isoformat()}
    return _act(world, step, seed, step["change_time"], "time", start)


def be_referred(world: World, step: Step, seed: str) -> Calls:
    """Wait for no volunteer any more; what is bought instead has the label of the order with `_purchased`."""
    label = step["be_referred"]
    bought = f"{label}_purchased"
    world.ids[bought] = uuid5(UUID(world.id_of(label)), "purchased")
    world.recipients[bought] = world.recipients[label]
    return _act(world, step, seed, label, "referral", {})


def name_provider(world: World, step: Step, seed: str) -> Calls:
    """Say who serves instead."""
    comes = world.story.instant(step["comes"]).isoformat()
    body = {"provider": step["provider"], "contact": step["contact"], "comes": comes}
    return _act(world, step, seed, step["name_provider"], "referral/provider", body)


def record_outcome(world: World, step: Step, seed: str) -> Calls:
    """Say what came of it."""
    return _act(world, step, seed, step["record_outcome"], "referral/outcome", {"outcome": step["outcome"]})


VERBS_ON_UNTAKEN = {act.__name__: act for act in (wait_longer, change_time, be_referred, name_provider, record_outcome)}
