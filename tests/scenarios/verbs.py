"""How each verb becomes requests. One function per verb: the step's fields in, the calls in order out."""

from collections.abc import Callable
from typing import Any

from tests.scenarios.calls import Calls, acting, asked, grant_body, is_order, is_staff, place_of, post, put, two_person
from tests.scenarios.client import ApiCall
from tests.scenarios.story import Step
from tests.scenarios.verbs_at_the_door import VERBS_AT_THE_DOOR, door_code
from tests.scenarios.verbs_at_venues import VERBS_AT_VENUES
from tests.scenarios.verbs_on_objections import VERBS_ON_OBJECTIONS
from tests.scenarios.verbs_on_people import VERBS_ON_PEOPLE, mistake_path
from tests.scenarios.verbs_on_series import VERBS_ON_SERIES
from tests.scenarios.world import SCAN, A, B, World
from tests.support.pictures import png

Verb = Callable[[World, Step, str], Calls]
ACTS_ON_ORDERS = {
    "review": ("review", ("ok", "why")),
    "cancel": ("cancellation", ()),
    "decline": ("offers/refusal", ()),
    "withdraw": ("withdrawal", ()),
    "call_back": ("call-back", ("was_there", "says_minutes")),
    "sample_call": ("sample-call", ("outcome", "minutes")),
    "dispute": ("dispute", ("says_minutes",)),
    "approve": ("approval", ()),
    "second_check": ("second-check", ("ok", "why")),
    "reject": ("rejection", ("why",)),
    "confirm": ("confirmation", ("rating", "device")),
    "new_door_code": ("door-code", ()),
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
    "review": "/v1/orders/",
}
# Their value is the label of what they make, under an id of its own at each attempt.
MAKING_VERBS = frozenset({
    "place_order", "request_redemption", "late_entry", "gift", "donate", "redeem_goods", "grant_month", "fund_pool",
    "migrate", "publish_policy", "publish_service", "import", "register", "visit", "issue_certificate", "urgent_call",
    "put_on_duty", "place_series", "register_venue", "plan_activity", "sign_up", "plan_round", "object_to",
}) | {"count_day", "hand_over"}  # fmt: skip
DONE_STATES = ("declined", "refused")


def calls_of(world: World, verb: str, step: Step, seed: str) -> Calls:
    """Return the requests that a step makes; `seed` names them, so that a repeat has the same ids."""
    if verb in ACTS_ON_ORDERS:
        act, fields = ACTS_ON_ORDERS[verb]
        body = {name: step[name] for name in fields if name in step}
        if "ok" in fields:
            body.setdefault("ok", True)
        if verb == "call_back":
            body = {"spoke_with": "recipient", "was_there": "yes"} | body
        return [*_grant(world, step, seed), _act(world, step, seed, act, body)]
    return [*_grant(world, step, seed), *VERBS[verb](world, step, seed)]


def watched_path(world: World, verb: str, step: Step, seed: str) -> str | None:
    """Return where a decision that comes later is seen: none comes for what a reviewer turned down."""
    if verb == "correct_death":
        return mistake_path(world, step, seed)
    if verb == "reverse":
        return None if is_order(world, step[verb]) else f"/v1/reversals/{world.id_of(f'reverse/{seed}')}"
    if verb == "settle_estate":
        return WATCHED[verb] + world.id_of(f"estate/{seed}")
    if verb == "review" and not step.get("ok", True):
        return None
    return WATCHED[verb] + world.id_of(step[verb]) if verb in WATCHED else None


def _grant(world: World, step: Step, seed: str) -> Calls:
    """For a relative, consent is a grant that staff recorded beforehand."""
    if "acting_for" not in step or "consent" not in step or is_staff(world, step.get("by", "")):
        return []
    body = grant_body(world, person=step["acting_for"], relative=step["by"])
    status, _ = world.client.send(ApiCall(A, "PUT", f"/v1/acting-grants/{world.id_of(f'grant/{seed}')}", body))
    if status < 400:
        world.client.settle()
    return []


def _act(world: World, step: Step, seed: str, act: str, body: dict[str, Any], *, caller: str | None = None) -> ApiCall:
    verb_value = next(iter(value for name, value in step.items() if name in ALL_VERBS))
    path = f"/v1/orders/{world.id_of(verb_value)}/{act}"
    return post(world, caller or step["by"], path, {**body, **acting(world, step)}, f"{seed}/{act}")


def place_order(world: World, step: Step, seed: str) -> Calls:
    body = asked(world, step, step["place_order"]) | {"funding": step["funding"]}
    return [put(world, step, f"/v1/orders/{world.id_of(step['place_order'])}", body)]


def request_redemption(world: World, step: Step, seed: str) -> Calls:
    body = asked(world, step, step["request_redemption"])
    if "payer" in step:
        body["payer_id"] = world.id_of(step["payer"])
    return [put(world, step, f"/v1/redemptions/{world.id_of(step['request_redemption'])}", body, wait=True)]


def take(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "assignment", _company(world, step))]


def accept(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "offers/acceptance", _company(world, step))]


def _company(world: World, step: Step) -> dict[str, Any]:
    body = {"guardian": world.id_of(step["guardian"])} if "guardian" in step else {}
    if "group" in step:
        volunteer: str = step.get("acting_for") or step["by"]
        body["group"] = world.group_of(step["group"], volunteer)
    return body


def offer(world: World, step: Step, seed: str) -> Calls:
    return [_act(world, step, seed, "offers", {"to": world.id_of(step["to"])})]


def check_in(world: World, step: Step, seed: str) -> Calls:
    body = _whereabouts(world, step, step["check_in"])
    if "code" in step:
        body["code"] = door_code(world, step["check_in"], step["code"])
    return [_act(world, step, seed, "check-in", body)]


def check_out(world: World, step: Step, seed: str) -> Calls:
    body = _whereabouts(world, step, step["check_out"])
    return [_act(world, step, seed, "check-out", body | {name: step[name] for name in ("ticked",) if name in step})]


def _whereabouts(world: World, step: Step, label: str) -> dict[str, Any]:
    body: dict[str, Any] = {"device": step["device"]} if "device" in step else {}
    if "place" in step:
        body["place"] = place_of(world, step, step["place"], world.recipients.get(label))
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
                {"ok": True},
                caller=step["checker"],
            )
        )
    return calls


def approve_many(world: World, step: Step, seed: str) -> Calls:
    orders = [world.id_of(label) for label in step["approve_many"]]
    return [post(world, step["by"], "/v1/approvals", {"orders": orders}, seed)]


def issue_slips(world: World, step: Step, seed: str) -> Calls:
    body = {"unit_id": world.unit_of(step["issue_slips"]), "from": step["from"], "to": step["to"]}
    return [put(world, step, f"/v1/slips/{world.id_of('slips/' + seed)}", body)]


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
    entered, scan_id = world.id_of(step["late_entry"]), world.id_of(f"scan/{seed}")
    if not step.get("scan", True):
        return [put(world, step, f"/v1/late-entries/{entered}", body)]
    uploaded = ApiCall(world.login(step["by"]), "PUT", f"/v1/scans/{scan_id}", png())
    return [uploaded, put(world, step, f"/v1/late-entries/{entered}", body | {"scan": scan_id})]


def reverse(world: World, step: Step, seed: str) -> Calls:
    label = step["reverse"]
    identity = world.id_of(f"reverse/{seed}")
    if is_order(world, label):
        path = f"/v1/orders/{world.id_of(label)}/reversal/{identity}"
    else:
        path = f"/v1/reversals/{identity}"
    body = {} if is_order(world, label) else {"cause_id": world.id_of(label)}
    return two_person(world, step, path, body, seed)


def gift(world: World, step: Step, seed: str) -> Calls:
    body = {"to": world.id_of(step["to"]), "minutes": step["minutes"]}
    return _given(world, step, seed, f"/v1/gifts/{world.id_of(step['gift'])}", body)


def donate(world: World, step: Step, seed: str) -> Calls:
    return _given(world, step, seed, f"/v1/donations/{world.id_of(step['donate'])}", {"minutes": step["minutes"]})


def redeem_goods(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/exchanges/{world.id_of(step['redeem_goods'])}"
    return _given(world, step, seed, path, {"minutes": step["minutes"]})


def _given(world: World, step: Step, seed: str, path: str, body: dict[str, Any]) -> Calls:
    """Credit given away; where staff ask for somebody, a second member of staff decides."""
    asked = put(world, step, path, body, wait=True)
    if "acting_for" not in step or not is_staff(world, step.get("by", "")):
        return [asked]
    return [asked, post(world, step.get("checker", B), f"{path}/decision", {"ok": True}, f"{seed}/decision")]


def grant_month(world: World, step: Step, seed: str) -> Calls:
    body = {"unit_id": world.unit_of(step["unit"])}
    return [put(world, step, f"/v1/grants/{world.id_of(step['grant_month'])}", body, wait=True)]


def fund_pool(world: World, step: Step, seed: str) -> Calls:
    body = {
        "kind": "pool_funding",
        "district_id": world.unit_of(step["unit"]),
        "minutes": step["minutes"],
        "why": "funding",
    }
    return two_person(world, step, f"/v1/adjustments/{world.id_of(step['fund_pool'])}", body, seed)


def migrate(world: World, step: Step, seed: str) -> Calls:
    body = {
        "kind": "migration",
        "person_id": world.id_of(step["person"]),
        "class": "earned",
        "minutes": step["minutes"],
    }
    body |= {"why": "old book"} | ({"scan": SCAN} if step.get("scan", True) else {})
    return two_person(world, step, f"/v1/adjustments/{world.id_of(step['migrate'])}", body, seed)


def set_entitlement(world: World, step: Step, seed: str) -> Calls:
    body = {"person_id": world.id_of(step["set_entitlement"]), "minutes": step["minutes"]}
    return two_person(world, step, f"/v1/entitlements/{world.id_of(seed)}", body, seed)


def settle_estate(world: World, step: Step, seed: str) -> Calls:
    to = None if step["to"] == "pool" else world.id_of(step["to"])
    body = {"person_id": world.id_of(step["settle_estate"]), "to_person_id": to}
    return two_person(world, step, f"/v1/estates/{world.id_of(f'estate/{seed}')}", body, seed)


def publish_policy(world: World, step: Step, seed: str) -> Calls:
    effective = world.story.day(step["effective"]).isoformat()
    body = {"unit_id": world.unit_of(step["unit"]), "effective": effective, "set": step["set"]}
    return two_person(world, step, f"/v1/policies/{world.id_of(step['publish_policy'])}", body, seed)


def not_wanted(world: World, step: Step, seed: str) -> Calls:
    return _word_on(world, step, seed, step["not_wanted"], "")


def wanted_again(world: World, step: Step, seed: str) -> Calls:
    return _word_on(world, step, seed, step["wanted_again"], "/lifting")


def _word_on(world: World, step: Step, seed: str, volunteer: str, act: str) -> Calls:
    body = {"volunteer_id": world.id_of(volunteer), **acting(world, step)}
    return [post(world, step["by"], f"/v1/not-wanted/{world.id_of(step['for'])}{act}", body, seed)]


def publish_service(world: World, step: Step, seed: str) -> Calls:
    rows = world.client.get(A, "/v1/catalogue-items", unit=world.unit_of(step["unit"]))["items"]
    (service,) = (row for row in rows if row["code"] == step["service"])
    days = {name: world.story.day(step[name]).isoformat() for name in ("effective", "until") if name in step}
    kept = {name: value for name, value in service.items() if name not in ("version", "district_id", "until")}
    body = kept | {"unit_id": world.unit_of(step["unit"])} | days | step["set"]
    path = f"/v1/catalogue-items/proposals/{world.id_of(step['publish_service'])}"
    return two_person(world, step, path, body, seed)


def assign_visitor(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/visit-plans/{world.id_of(step['assign_visitor'])}/visitor"
    return [post(world, step["by"], path, {"visitor_id": world.id_of(step["visitor"])}, seed)]


def visit(world: World, step: Step, seed: str) -> Calls:
    body = {"person_id": world.id_of(step["of"]), "how": step["how"], "outcome": step["outcome"]}
    return [put(world, step, f"/v1/visits/{world.id_of(step['visit'])}", body)]


def issue_certificate(world: World, step: Step, seed: str) -> Calls:
    of: str = step.get("of") or step.get("acting_for") or step["by"]
    return [
        put(world, step, f"/v1/certificates/{world.id_of(step['issue_certificate'])}", {"person_id": world.id_of(of)})
    ]


def urgent_call(world: World, step: Step, seed: str) -> Calls:
    person: str = step.get("for") or step.get("acting_for") or step["by"]
    body = {"kind": "urgent_call", "person_id": world.id_of(person)}
    return [put(world, step, f"/v1/incidents/{world.id_of(step['urgent_call'])}", body)]


def close_incident(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/incidents/{world.id_of(step['close_incident'])}/closing"
    body = {"outcome": step["outcome"], "ending": step.get("ending", "well")}
    return [post(world, step["by"], path, body, seed)]


def take_step(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/welfare-checks/{world.id_of(step['take_step'])}/acknowledgement"
    return [post(world, step["by"], path, {"number": step["number"]}, seed)]


def report_step(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/incidents/{world.id_of(step['report_step'])}/step-outcome"
    return [post(world, step["by"], path, {"number": step["number"], "outcome": step["outcome"]}, seed)]


def put_on_duty(world: World, step: Step, seed: str) -> Calls:
    instants = {name: world.story.instant(step[name]).isoformat() for name in ("from", "until")}
    body = {"unit_id": world.unit_of(step.get("unit", "k1")), "person_id": world.id_of(step["person"]), **instants}
    return [
        put(world, step, f"/v1/duty-roster/{world.id_of(step['put_on_duty'])}", body | {"rank": step.get("rank", 1)})
    ]


def take_off_duty(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/duty-roster/{world.id_of(step['take_off_duty'])}"
    return [ApiCall(world.login(step["by"]), "DELETE", path, None, world.key(seed))]


def answer_call(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/duty-calls/{world.id_of(step['answer_call'])}/acknowledgement"
    return [post(world, step["by"], path, {}, seed)]


VERBS: dict[str, Verb] = (
    {
        act.__name__: act
        for act in (
            place_order,
            request_redemption,
            take,
            accept,
            offer,
            check_in,
            check_out,
            no_show,
            decide,
            approve_many,
            issue_slips,
            late_entry,
            reverse,
            gift,
            donate,
            redeem_goods,
            grant_month,
            fund_pool,
            migrate,
            set_entitlement,
            settle_estate,
            publish_policy,
            not_wanted,
            wanted_again,
            publish_service,
            assign_visitor,
            visit,
            issue_certificate,
            urgent_call,
            close_incident,
            put_on_duty,
            take_off_duty,
            answer_call,
            take_step,
            report_step,
        )
    }
    | VERBS_ON_PEOPLE
    | VERBS_AT_THE_DOOR
    | VERBS_ON_SERIES
    | VERBS_AT_VENUES
    | VERBS_ON_OBJECTIONS
)
ALL_VERBS = {*VERBS, *ACTS_ON_ORDERS, "repeat", "advance", "expect"}
