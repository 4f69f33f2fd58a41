"""The verbs of help that comes every week."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from tests.scenarios.calls import Calls, post, put
from tests.scenarios.client import ApiCall
from tests.scenarios.story import Step
from tests.scenarios.world import A, World

NAMED_DAYS = 60
NAMED_CHANGES = 3


def place_series(world: World, step: Step, seed: str) -> Calls:
    """Ask for it; the order of its day D5 has the label s1_d5, made anew after a change s1_d5_1."""
    label = step["place_series"]
    series_id = world.id_of(label)
    for number in range(1, NAMED_DAYS + 1):
        day = world.story.day_one + timedelta(days=number - 1)
        for change in range(NAMED_CHANGES):
            name = f"{label}_d{number}" + (f"_{change}" if change else "")
            world.ids[name] = uuid5(UUID(series_id), f"day/{day.isoformat()}/{change}")
            world.recipients[name] = step["for"]
    body = {
        "recipient_id": world.id_of(step["for"]),
        "service": step["service"],
        "funding": step["funding"],
        "minutes": step["minutes"],
        "from": world.story.day(step["from"]).isoformat(),
        **{name: step[name] for name in ("weekdays", "time")},
    }
    if "until" in step:
        body["until"] = world.story.day(step["until"]).isoformat()
    if "payer" in step:
        body["payer_id"] = world.id_of(step["payer"])
    return [put(world, step, f"/v1/series/{series_id}", body)]


def change_series(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/series/{world.id_of(step['change_series'])}/change"
    return [post(world, step["by"], path, _wish(world, step), seed)]


def approve_series(world: World, step: Step, seed: str) -> Calls:
    return [post(world, step["by"], f"/v1/series/{world.id_of(step['approve_series'])}/approval", {}, seed)]


def _wish(world: World, step: Step) -> dict[str, Any]:
    named: dict[str, Any] = {name: step[name] for name in ("weekdays", "time", "minutes", "one_day") if name in step}
    named |= {"cancel": step["calls_off"]} if "calls_off" in step else {}
    return {"from": world.story.day(step["from"]).isoformat(), **named}


def series(world: World, label: str, expected: dict[str, Any]) -> Any:
    """Return what is known of a series: its days to come by name, with the state of the order where there is one."""
    shown = world.client.get(A, f"/v1/series/{world.id_of(label)}")
    days = {_name(world, day["day"]): day["order_state"] or day["state"] for day in shown["days"]}
    wanted = expected.get("days", {})
    known = {
        "alarm": shown["alarm_code"],
        "ended": shown["end_reason"],
        "next": _name(world, shown["next_day"]) if shown["next_day"] else None,
        "days": {name: days.get(name) for name in wanted},
    }
    return {name: known[name] for name in expected}


def touches(world: World, label: str, expected: dict[str, Any]) -> Any:
    """Return what a change would do to each day, as the preview says it."""
    path = f"/v1/series/{world.id_of(label)}/preview"
    _, document = world.client.send(ApiCall(A, "POST", path, _wish(world, expected)))
    assert isinstance(document, dict), "a preview is an object"
    effects = {_name(world, day["day"]): day["effect"] for day in document["days"]}
    return expected | {"days": {name: effects.get(name) for name in expected["days"]}}


def _name(world: World, day: str) -> str:
    return f"D{(date.fromisoformat(day) - world.story.day_one).days + 1}"


VERBS_ON_SERIES = {act.__name__: act for act in (place_series, change_series, approve_series)}
