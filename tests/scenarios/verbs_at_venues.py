"""The verbs of venues and what they count, activities at them, and rounds."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from tests.scenarios.calls import Calls, post, put
from tests.scenarios.story import Step
from tests.scenarios.world import A, World


def register_venue(world: World, step: Step, seed: str) -> Calls:
    latitude, longitude = step.get("place", (31.23, 121.47))
    body = {
        "unit_id": world.unit_of(step.get("unit", "k1")),
        "kind": step["kind"],
        "name": step["zh"],
        "address": f"{step['zh']} 1",
        "capacity": step["capacity"],
        "place": {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"},
    }
    return [put(world, step, f"/v1/venues/{world.id_of(step['register_venue'])}", body)]


def plan_activity(world: World, step: Step, seed: str) -> Calls:
    world.venues[step["plan_activity"]] = step["venue"]
    body = {
        "venue_id": world.id_of(step["venue"]),
        "title": step["zh"],
        "service": step["service"],
        "start": world.story.instant(step["start"]).isoformat(),
        "minutes": step["minutes"],
        "seats": step["seats"],
    }
    return [put(world, step, f"/v1/activities/{world.id_of(step['plan_activity'])}", body)]


def sign_up(world: World, step: Step, seed: str) -> Calls:
    world.venues[step["sign_up"]] = world.venues[step["activity"]]
    path = f"/v1/activities/{world.id_of(step['activity'])}/sign-ups/{world.id_of(step['sign_up'])}"
    return [put(world, step, path, {"wait": step.get("wait", True)})]


def give_up_seat(world: World, step: Step, seed: str) -> Calls:
    return [post(world, step["by"], f"/v1/activities/{world.id_of(step['give_up_seat'])}/withdrawal", {}, seed)]


def close_activity(world: World, step: Step, seed: str) -> Calls:
    return [post(world, step["by"], f"/v1/activities/{world.id_of(step['close_activity'])}/closing", {}, seed)]


def cancel_activity(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/activities/{world.id_of(step['cancel_activity'])}/cancellation"
    return [post(world, step["by"], path, {"why": step["why"]}, seed)]


def plan_round(world: World, step: Step, seed: str) -> Calls:
    """Open it; the stop of each person has the label that the step gives it."""
    order_id = world.id_of(step["plan_round"])
    world.venues[step["plan_round"]] = step["venue"]
    for label, person in step["stops"].items():
        world.ids[label] = uuid5(UUID(order_id), f"stop/{world.id_of(person)}")
        world.rounds[label] = step["plan_round"]
    body = {
        "unit_id": world.unit_of("k1"),
        "venue_id": world.id_of(step["venue"]),
        "service": step["service"],
        "start": world.story.instant(step["start"]).isoformat(),
        "minutes": step["minutes"],
        "funding": step.get("funding", "programme"),
        "recipient_ids": [world.id_of(person) for person in step["stops"].values()],
    }
    return [put(world, step, f"/v1/rounds/{order_id}", body)]


def tick_stop(world: World, step: Step, seed: str) -> Calls:
    label = step["tick_stop"]
    body = {"outcome": step["outcome"]} | {name: step[name] for name in ("how", "words") if name in step}
    path = f"/v1/rounds/{world.id_of(world.rounds[label])}/stops/{world.id_of(label)}/tick"
    return [post(world, step["by"], path, body, seed)]


def count_day(world: World, step: Step, seed: str) -> Calls:
    world.venues[step["count_day"]] = step["venue"]
    body = {name: step[name] for name in ("visitors", "meals")} | {"day": world.story.day(step["day"]).isoformat()}
    return [put(world, step, f"/v1/venues/{world.id_of(step['venue'])}/counts/{world.id_of(step['count_day'])}", body)]


def correct_count(world: World, step: Step, seed: str) -> Calls:
    count = step["correct_count"]
    body = {name: step[name] for name in ("visitors", "meals", "why")}
    path = f"/v1/venues/{world.id_of(world.venues[count])}/counts/{world.id_of(count)}/correction"
    return [post(world, step["by"], path, body, seed)]


def counts(world: World, label: str, expected: dict[str, list[list[int]]]) -> Any:
    """Return what was counted at a venue, by the names of days: each visitors and meals, what was wrong first."""
    rows = world.client.items(A, "/v1/venues/counts", unit=world.unit_of("city"), venue=world.id_of(label))
    days = {world.story.day(name).isoformat(): name for name in expected}
    of_days: dict[str, list[list[int]]] = {}
    for row in rows:
        of_days.setdefault(days.get(row["day"], row["day"]), []).append([row["visitors"], row["meals"]])
    return of_days


def meals(world: World, label: str, expected: dict[str, int]) -> Any:
    """Return how often a person was served on each day by rounds, by the names of days."""
    rows = world.client.items(A, "/v1/rounds/counts", unit=world.unit_of("city"), recipient=world.id_of(label))
    days = {world.story.day(name).isoformat(): name for name in expected}
    return {days.get(row["day"], row["day"]): row["number"] for row in rows}


def station_code(world: World, venue: str) -> str:
    """Return the code that is shown at a venue now."""
    return str(world.client.get(A, f"/v1/venues/{world.id_of(venue)}/station-code")["code"])


def activity(world: World, label: str, expected: dict[str, Any]) -> Any:
    """Return what staff see of an activity."""
    shown = world.client.get(A, f"/v1/activities/{world.id_of(label)}")
    return {name: shown[name] for name in expected}


_NAMED = (
    register_venue, plan_activity, sign_up, give_up_seat, close_activity, cancel_activity, plan_round, tick_stop,
    count_day, correct_count,
)  # fmt: skip
VERBS_AT_VENUES = {act.__name__: act for act in _NAMED}
