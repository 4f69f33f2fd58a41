"""What the verbs share: calls as the people concerned make them."""

from datetime import timedelta
from typing import Any

from tests.scenarios.client import ApiCall
from tests.scenarios.story import Step
from tests.scenarios.world import World

Calls = list[ApiCall]
HOWS = ("phone", "desk", "home", "spoken", "paper", "grant", "none_possible")
GRANT_DAYS = 365
WORDS = "She asked for this herself"


def acting(world: World, step: Step) -> dict[str, Any]:
    """Return what the step says about acting for somebody."""
    if "acting_for" not in step:
        return {"why": step["why"]} if "why" in step else {}
    body = {"acting_for": world.id_of(step["acting_for"]), "consent": _consent(world, step), "why": step.get("why")}
    return {name: value for name, value in body.items() if value is not None}


def _consent(world: World, step: Step) -> dict[str, str] | None:
    """Return a consent given at the step's time; a repeat says the same. Any other word than these is all it says."""
    said = step.get("consent")
    if said is None:
        return None
    how, words = (said, WORDS) if said in HOWS else ("spoken", said)
    return {"how": how, "given_at": world.first_said(step).isoformat(), "words": words}


def grant_body(world: World, *, person: str, relative: str) -> dict[str, Any]:
    """Return a grant of everything for a year, given at the story's present time."""
    assert world.client.instant is not None, "a story begins with a time"
    return {
        "person_id": world.id_of(person),
        "relative_id": world.id_of(relative),
        "acts": ["see", "ask", "door", "cancel", "confirm", "dispute", "report", "give", "serve"],
        "until": (world.client.instant + timedelta(days=GRANT_DAYS)).date().isoformat(),
        "consent": {"how": "desk", "given_at": world.client.instant.isoformat(), "words": WORDS},
    }


def post(world: World, caller: str, path: str, body: dict[str, Any], seed: str) -> ApiCall:
    """Return a call of an act; the key makes a repeat the same request."""
    return ApiCall(world.login(caller), "POST", path, body, world.key(seed))


def put(world: World, step: Step, path: str, body: dict[str, Any], *, wait: bool = False) -> ApiCall:
    """Return a call that makes a thing under its own id."""
    return ApiCall(world.login(step["by"]), "PUT", path, {**body, **acting(world, step)}, wait=wait)


def two_person(world: World, step: Step, path: str, body: dict[str, Any], seed: str) -> Calls:
    """Return the proposal of one person and the decision of another."""
    decision = post(world, step["checker"], f"{path}/decision", {"ok": True}, f"{seed}/decision")
    return [put(world, step, path, body), decision]


def place_of(world: World, step: Step, value: Any, recipient: str | None) -> dict[str, str]:
    """Return where a person stood, as the API takes it."""
    home = world.people[recipient]["home"] if recipient else (0, 0)
    latitude, longitude = home if value == "home" else value
    return {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}


def is_order(world: World, label: str) -> bool:
    """Tell whether a label names an order."""
    return world.kinds.get(label) in ("place_order", "request_redemption", "late_entry")


def is_staff(world: World, label: str) -> bool:
    """Tell whether a person has a staff role."""
    return any("@" in role for role in world.people.get(label, {}).get("roles", []))


def asked(world: World, step: Step, label: str) -> dict[str, Any]:
    """Return what was asked for, and remember for whom."""
    world.recipients[label] = step["for"]
    return {
        "recipient_id": world.id_of(step["for"]),
        "service": step["service"],
        "minutes": step["minutes"],
        "start": world.story.instant(step["start"]).isoformat(),
    } | ({"persons": step["persons"]} if "persons" in step else {})
