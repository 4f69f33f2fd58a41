"""How each verb becomes requests. One function per verb: the step's fields in, the calls in order out."""

from collections.abc import Callable
from typing import Any

from tests.scenarios.client import Call
from tests.scenarios.story import Step, person_of
from tests.scenarios.world import SCAN, A, B, World

Calls = list[Call]
Verb = Callable[[World, Step, str], Calls]
ACTS_ON_ORDERS = {
    "review": ("review", ("ok", "why")),
    "cancel": ("cancellation", ()),
    "decline": ("offers/refusal", ()),
    "withdraw": ("withdrawal", ()),
    "call_back": ("call-back", ()),
    "dispute": ("dispute", ("says_minutes",)),
    "approve": ("approval", ()),
    "second_check": ("second-check", ("ok", "why")),
    "reject": ("rejection", ("why",)),
    "confirm": ("confirmation", ("rating", "device")),
}
WATCHED = {
    "place_order": "/v1/orders/",
    "request_redemption": "/v1/redemptions/",
    "late_entry": "/v1/orders/",
    "gift": "/v1/gifts/",
    "donate": "/v1/donations/",
    "redeem_goods": "/v1/exchanges/",
    "grant_month": "/v1/grants/",
    "fund_pool": "/v1/adjustments/",
    "migrate": "/v1/adjustments/",
    "settle_estate": "/v1/estates/",
}
DONE_STATES = ("declined", "refused")


def calls_of(world: World, verb: str, step: Step, seed: str) -> Calls:
    """Return the requests that a step makes; `seed` names them, so that a repeat has the same ids."""
    if verb in ACTS_ON_ORDERS:
        act, fields = ACTS_ON_ORDERS[verb]
        body = {name: step[name] for name in fields if name in step}
        if "ok" in fields:
            body.setdefault("ok", True)
        return [*_grant(world, step, seed), _act(world, step, seed, act, body)]
    return [*_grant(world, step, seed), *VERBS[verb](world, step, seed)]


def watched_path(world: World, verb: str, step: Step) -> str | None:
    """Return where a decision that comes later is seen."""
    if verb == "reverse":
        return (
            None
            if _is_order(world, step[verb])
            else f"/v1/reversals/{world.id_of('reverse/' + step[verb] + _people(step))}"
        )
    return WATCHED[verb] + world.id_of(step[verb]) if verb in WATCHED else None


def _people(step: Step) -> str:
    return f"/{step.get('by')}/{step.get('checker')}"


def _acting(world: World, step: Step) -> dict[str, Any]:
    if "acting_for" not in step:
        return {"why": step["why"]} if "why" in step else {}
    body = {"acting_for": world.id_of(step["acting_for"]), "consent": step.get("consent"), "why": step.get("why")}
    return {name: value for name, value in body.items() if value is not None}


def _grant(world: World, step: Step, seed: str) -> Calls:
    """For a relative, consent is a grant that staff recorded beforehand."""
    by = world.people.get(step.get("by", ""), {})
    if "acting_for" not in step or "consent" not in step or any("@" in role for role in by.get("roles", [])):
        return []
    body = {"person_id": world.id_of(step["acting_for"]), "relative_id": world.id_of(step["by"]), "how": "desk"}
    status, _ = world.client.send(Call(A, "PUT", f"/v1/acting-grants/{world.id_of(f'grant/{seed}')}", body))
    if status < 400:
        world.client.settle()
    return []


def _act(world: World, step: Step, seed: str, act: str, body: dict[str, Any], *, caller: str | None = None) -> Call:
    verb_value = next(iter(value for name, value in step.items() if name in ALL_VERBS))
    path = f"/v1/orders/{world.id_of(verb_value)}/{act}"
    return _post(world, caller or step["by"], path, {**body, **_acting(world, step)}, f"{seed}/{act}")


def _post(world: World, caller: str, path: str, body: dict[str, Any], seed: str) -> Call:
    return Call(world.login(caller), "POST", path, body, world.key(seed))


def _put(world: World, step: Step, path: str, body: dict[str, Any], *, wait: bool = False) -> Call:
    return Call(world.login(step["by"]), "PUT", path, {**body, **_acting(world, step)}, wait=wait)


def _two_person(world: World, step: Step, path: str, body: dict[str, Any], seed: str) -> Calls:
    decision = _post(world, step["checker"], f"{path}/decision", {"ok": True}, f"{seed}/decision")
    return [_put(world, step, path, body), decision]


def _place(world: World, step: Step, value: Any, recipient: str | None) -> dict[str, str]:
    home = world.people[recipient]["home"] if recipient else (0, 0)
    latitude, longitude = home if value == "home" else value
    return {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}


def _is_order(world: World, label: str) -> bool:
    return world.kinds.get(label) in ("place_order", "request_redemption", "late_entry")


def _asked(world: World, step: Step, label: str) -> dict[str, Any]:
    world.recipients[label] = step["for"]
    return {
        "recipient_id": world.id_of(step["for"]),
        "service": step["service"],
        "minutes": step["minutes"],
        "start": world.story.instant(step["start"]).isoformat(),
    }


def place_order(world: World, step: Step, seed: str) -> Calls:
    body = _asked(world, step, step["place_order"]) | {"funding": step["funding"]}
    return [_put(world, step, f"/v1/orders/{world.id_of(step['place_order'])}", body)]


def request_redemption(world: World, step: Step, seed: str) -> Calls:
    body = _asked(world, step, step["request_redemption"])
    if "payer" in step:
        body["payer_id"] = world.id_of(step["payer"])
    return [_put(world, step, f"/v1/redemptions/{world.id_of(step['request_redemption'])}", body, wait=True)]


def take(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "assignment", _company(world, step))]


def accept(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "offers/acceptance", _company(world, step))]


def _company(world: World, step: Step) -> dict[str, Any]:
    body = {"guardian": world.id_of(step["guardian"])} if "guardian" in step else {}
    return body | ({"group": step["group"]} if "group" in step else {})


def offer(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "offers", {"to": world.id_of(step["to"])})]


def check_in(world: World, step: Step, seed: str) -> Calls:
    body = _whereabouts(world, step, step["check_in"])
    if "code" in step:
        recipient = world.id_of(world.recipients[step["check_in"]])
        path = f"/v1/orders/{world.id_of(step['check_in'])}/door-code"
        code = world.client.get(A, path, acting_for=recipient, consent="desk")["code"]
        body["code"] = code if step["code"] == "right" else code[:-1] + ("0" if code[-1] != "0" else "1")
    return [_act(world, step, seed, "check-in", body)]


def check_out(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "check-out", _whereabouts(world, step, step["check_out"]))]


def _whereabouts(world: World, step: Step, label: str) -> dict[str, Any]:
    body: dict[str, Any] = {"device": step["device"]} if "device" in step else {}
    if "place" in step:
        body["place"] = _place(world, step, step["place"], world.recipients.get(label))
    return body


def no_show(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "no-show", {"absent": step["absent"]})]


def decide(world: World, step: Step, seed: str) -> Calls:
    body = {"minutes": step["minutes"]} | ({"second": world.id_of(step["checker"])} if "checker" in step else {})
    calls = [_act(world, step, seed, "decision", body)]
    if "checker" in step:
        calls.append(
            _act(
                world,
                {k: v for k, v in step.items() if k != "why"},
                seed,
                "decision/confirmation",
                {},
                caller=step["checker"],
            )
        )
    return calls


def approve_many(world: World, step: Step, seed: str) -> Calls:
    orders = [world.id_of(label) for label in step["approve_many"]]
    return [_post(world, step["by"], "/v1/approvals", {"orders": orders}, seed)]


def issue_slips(world: World, step: Step, seed: str) -> Calls:
    body = {"unit_id": world.id_of(step["issue_slips"]), "from": step["from"], "to": step["to"]}
    return [_put(world, step, f"/v1/slips/{world.id_of('slips/' + seed)}", body)]


def late_entry(world: World, step: Step, seed: str) -> Calls:
    world.recipients[step["late_entry"]] = step["for"]
    body = {
        "volunteer_id": world.id_of(step["volunteer"]),
        "recipient_id": world.id_of(step["for"]),
        "service": step["service"],
        "minutes": step["minutes"],
        "served": world.story.instant(step["served"]).isoformat(),
        "slip": step["slip"],
        "funding": step.get("funding", "programme"),
    }
    if step.get("scan", True):
        body["scan"] = SCAN
    return [_put(world, step, f"/v1/late-entries/{world.id_of(step['late_entry'])}", body)]


def reverse(world: World, step: Step, seed: str) -> Calls:
    label = step["reverse"]
    identity = world.id_of("reverse/" + label + _people(step))
    if _is_order(world, label):
        path = f"/v1/orders/{world.id_of(label)}/reversal/{identity}"
    else:
        path = f"/v1/reversals/{identity}"
    body = {} if _is_order(world, label) else {"cause_id": world.id_of(label)}
    return _two_person(world, step, path, body, seed)


def gift(world: World, step: Step, seed: str) -> Calls:
    body = {"to": world.id_of(step["to"]), "minutes": step["minutes"]}
    return [_put(world, step, f"/v1/gifts/{world.id_of(step['gift'])}", body, wait=True)]


def donate(world: World, step: Step, seed: str) -> Calls:
    return [_put(world, step, f"/v1/donations/{world.id_of(step['donate'])}", {"minutes": step["minutes"]}, wait=True)]


def redeem_goods(world: World, step: Step, seed: str) -> Calls:
    return [
        _put(world, step, f"/v1/exchanges/{world.id_of(step['redeem_goods'])}", {"minutes": step["minutes"]}, wait=True)
    ]


def grant_month(world: World, step: Step, seed: str) -> Calls:
    body = {"unit_id": world.id_of(step["unit"])}
    return [_put(world, step, f"/v1/grants/{world.id_of(step['grant_month'])}", body, wait=True)]


def fund_pool(world: World, step: Step, seed: str) -> Calls:
    body = {
        "kind": "pool_funding",
        "district_id": world.id_of(step["unit"]),
        "minutes": step["minutes"],
        "why": "funding",
    }
    return _two_person(world, step, f"/v1/adjustments/{world.id_of(step['fund_pool'])}", body, seed)


def migrate(world: World, step: Step, seed: str) -> Calls:
    body = {
        "kind": "migration",
        "person_id": world.id_of(step["person"]),
        "class": "earned",
        "minutes": step["minutes"],
    }
    body |= {"why": "old book"} | ({"scan": SCAN} if step.get("scan", True) else {})
    return _two_person(world, step, f"/v1/adjustments/{world.id_of(step['migrate'])}", body, seed)


def set_entitlement(world: World, step: Step, seed: str) -> Calls:
    body = {"person_id": world.id_of(step["set_entitlement"]), "minutes": step["minutes"]}
    return _two_person(world, step, f"/v1/entitlements/{world.id_of(seed)}", body, seed)


def settle_estate(world: World, step: Step, seed: str) -> Calls:
    to = None if step["to"] == "pool" else world.id_of(step["to"])
    body = {"person_id": world.id_of(step["settle_estate"]), "to_person_id": to}
    return _two_person(world, step, f"/v1/estates/{world.id_of(step['settle_estate'] + '/estate')}", body, seed)


def publish_policy(world: World, step: Step, seed: str) -> Calls:
    effective = world.story.day(step["effective"]).isoformat()
    body = {"unit_id": world.id_of(step["unit"]), "effective": effective, "set": step["set"]}
    return _two_person(world, step, f"/v1/policies/{world.id_of(step['publish_policy'])}", body, seed)


def visit(world: World, step: Step, seed: str) -> Calls:
    body = {"person_id": world.id_of(step["of"]), "how": step["how"], "outcome": step["outcome"]}
    return [_put(world, step, f"/v1/visits/{world.id_of(step['visit'])}", body)]


def issue_certificate(world: World, step: Step, seed: str) -> Calls:
    of: str = step.get("of") or step.get("acting_for") or step["by"]
    return [
        _put(world, step, f"/v1/certificates/{world.id_of(step['issue_certificate'])}", {"person_id": world.id_of(of)})
    ]


def urgent_call(world: World, step: Step, seed: str) -> Calls:
    person: str = step.get("for") or step.get("acting_for") or step["by"]
    body = {"kind": "urgent_call", "person_id": world.id_of(person)}
    return [_put(world, step, f"/v1/incidents/{world.id_of(step['urgent_call'])}", body)]


def close_incident(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/incidents/{world.id_of(step['close_incident'])}/closing"
    return [_post(world, step["by"], path, {"outcome": step["outcome"]}, seed)]


def relate(world: World, step: Step, seed: str) -> Calls:
    identity = world.id_of(seed)
    body = {
        "person_id": world.id_of(step["relate"]),
        "relative_id": world.id_of(step["to"]),
        "kind": step["kind"],
        "verified": True,
    }
    record = _put(world, step, f"/v1/relations/{identity}", body)
    return [record, Call(B, "POST", f"/v1/relations/{identity}/confirmation", {}, world.key(seed))]


def assess(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/persons/{world.id_of(step['assess'])}/assessments/{world.id_of(seed)}"
    confirm = Call(B, "POST", f"/v1/assessments/{world.id_of(seed)}/confirmation", {}, world.key(seed))
    return [_put(world, step, path, {"grade": step["grade"]}), confirm]


def qualify(world: World, step: Step, seed: str) -> Calls:
    body: dict[str, Any] = {name: step[name] for name in ("training", "certificate", "clean_record") if name in step}
    if "insured_until" in step:
        body["insured_until"] = step["insured_until"] and world.story.day(step["insured_until"]).isoformat()
    return [_person_act(world, step, seed, "qualifications", body)]


def suspend(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "suspension", {})]


def reinstate(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "reinstatement", {})]


def record_death(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "death", {"died": world.story.day(step["died"]).isoformat()})]


def erase(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "erasure", {"credit_to": step["credit_to"]} if "credit_to" in step else {})]


def _person_act(world: World, step: Step, seed: str, act: str, body: dict[str, Any]) -> Call:
    label = next(value for name, value in step.items() if name in ALL_VERBS)
    return _post(world, step["by"], f"/v1/persons/{world.id_of(label)}/{act}", {**body, **_acting(world, step)}, seed)


def import_people(world: World, step: Step, seed: str) -> Calls:
    rows = []
    for row in step["rows"]:
        attributes = person_of({name: value for name, value in row.items() if name != "person"})
        world.people.setdefault(row["person"], attributes)
        rows.append({"person_id": world.id_of(row["person"]), **world.person_body(row["person"], attributes)})
    return [_put(world, step, f"/v1/imports/{world.id_of(step['import'])}", {"rows": rows})]


def register(world: World, step: Step, seed: str) -> Calls:
    attributes = person_of(step["person"])
    world.people[step["register"]] = attributes
    body = world.person_body(step["register"], attributes)
    return [_put(world, step, f"/v1/persons/{world.id_of(step['register'])}", body)]


VERBS: dict[str, Verb] = {
    name: globals()[name]
    for name in [
        "place_order",
        "request_redemption",
        "take",
        "accept",
        "offer",
        "check_in",
        "check_out",
        "no_show",
        "decide",
        "approve_many",
        "issue_slips",
        "late_entry",
        "reverse",
        "gift",
        "donate",
        "redeem_goods",
        "grant_month",
        "fund_pool",
        "migrate",
        "set_entitlement",
        "settle_estate",
        "publish_policy",
        "visit",
        "issue_certificate",
        "urgent_call",
        "close_incident",
        "relate",
        "assess",
        "qualify",
        "suspend",
        "reinstate",
        "record_death",
        "erase",
        "register",
    ]
} | {"import": import_people}
ALL_VERBS = {*VERBS, *ACTS_ON_ORDERS, "repeat", "advance", "expect"}
