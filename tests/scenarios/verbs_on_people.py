"""How each verb that tells of a person becomes requests."""

from collections.abc import Callable
from typing import Any

from tests.scenarios.calls import Calls, acting, post, put, two_person
from tests.scenarios.client import ApiCall
from tests.scenarios.story import Step, person_of
from tests.scenarios.world import B, World


def relate(world: World, step: Step, seed: str) -> Calls:
    identity = world.id_of(seed)
    body = {
        "person_id": world.id_of(step["relate"]),
        "relative_id": world.id_of(step["to"]),
        "kind": step["kind"],
        "verified": True,
    }
    record = put(world, step, f"/v1/relations/{identity}", body)
    return [record, ApiCall(B, "POST", f"/v1/relations/{identity}/confirmation", {"ok": True}, world.key(seed))]


def end_relation(world: World, step: Step, seed: str) -> Calls:
    """What two have verified ends when a second says so too."""
    of, to = world.id_of(step["end_relation"]), world.id_of(step["to"])
    rows = world.client.get(B, "/v1/relations", person=of)["items"]
    path = next(f"/v1/relations/{row['relation_id']}" for row in rows if to in (row["person_id"], row["relative_id"]))
    return [
        ApiCall(world.login(step[who]), "DELETE", path, None, world.key(f"{seed}/{who}")) for who in ("by", "checker")
    ]


def stop(world: World, step: Step, seed: str) -> Calls:
    body = {"volunteer_id": world.id_of(step["stop"])}
    return [put(world, step, f"/v1/volunteer-stops/{world.id_of(f'stop/{seed}')}", body)]


def assess(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/persons/{world.id_of(step['assess'])}/assessments/{world.id_of(seed)}"
    confirm = ApiCall(B, "POST", f"/v1/assessments/{world.id_of(seed)}/confirmation", {"ok": True}, world.key(seed))
    return [put(world, step, path, {"grade": step["grade"]}), confirm]


def qualify(world: World, step: Step, seed: str) -> Calls:
    body: dict[str, Any] = {name: step[name] for name in ("training", "certificate", "clean_record") if name in step}
    if "insured_until" in step:
        body["insured_until"] = step["insured_until"] and world.story.day(step["insured_until"]).isoformat()
    return [_person_act(world, step, seed, "qualifications", body)]


def name_deputy(world: World, step: Step, seed: str) -> Calls:
    role, unit = step.get("role", "coordinator@k1").split("@")
    absent = step.get("absent", step["by"])
    body = {
        "grant_id": world.id_of(absent + role + unit),
        "deputy_id": world.id_of(step["deputy"]),
        "begins_on": world.story.day(step["from"]).isoformat(),
        "ends_on": world.story.day(step["until"]).isoformat(),
        "reason": "leave",
    }
    return [put(world, step, f"/v1/deputies/{world.id_of(step['name_deputy'])}", body)]


def accept_deputy(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/deputies/{world.id_of(step['accept_deputy'])}/decision"
    return [post(world, step["by"], path, {"ok": True}, seed)]


def end_deputy(world: World, step: Step, seed: str) -> Calls:
    path = f"/v1/deputies/{world.id_of(step['end_deputy'])}"
    return [ApiCall(world.login(step["by"]), "DELETE", path, None, world.key(seed))]


def hand_over(world: World, step: Step, seed: str) -> Calls:
    body: dict[str, Any] = {f"{side}_id": world.id_of(step[side]) for side in ("from", "to")}
    body["unit_id"] = world.unit_of(step.get("unit", "k1"))
    if "kinds" in step:
        body["kinds"] = step["kinds"]
    return [put(world, step, f"/v1/handovers/{world.id_of(step['hand_over'])}", body)]


def suspend(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "suspension", {})]


def reinstate(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "reinstatement", {})]


def record_death(world: World, step: Step, seed: str) -> Calls:
    label, death = step["record_death"], world.id_of(f"death/{seed}")
    world.deaths[label] = death
    path = f"/v1/persons/{world.id_of(label)}/deaths/{death}"
    record = put(world, step, path, {"died": world.story.day(step["died"]).isoformat()})
    return [record, ApiCall(B, "POST", f"/v1/deaths/{death}/confirmation", {"ok": True}, world.key(seed))]


def correct_death(world: World, step: Step, seed: str) -> Calls:
    return two_person(world, step, mistake_path(world, step, seed), {"why": step["why"]}, seed)


def mistake_path(world: World, step: Step, seed: str) -> str:
    """Return where it is seen what became of a death found mistaken."""
    return f"/v1/deaths/{world.deaths[step['correct_death']]}/mistakes/{world.id_of(f'mistake/{seed}')}"


def erase(world: World, step: Step, seed: str) -> Calls:
    return [_person_act(world, step, seed, "erasure", {"credit_to": step["credit_to"]} if "credit_to" in step else {})]


def _person_act(world: World, step: Step, seed: str, act: str, body: dict[str, Any]) -> ApiCall:
    label = next(value for name, value in step.items() if name in VERBS_ON_PEOPLE)
    return post(world, step["by"], f"/v1/persons/{world.id_of(label)}/{act}", {**body, **acting(world, step)}, seed)


def import_people(world: World, step: Step, seed: str) -> Calls:
    rows = []
    for row in step["rows"]:
        attributes = person_of({name: value for name, value in row.items() if name != "person"})
        world.people.setdefault(row["person"], attributes)
        rows.append({"person_id": world.id_of(row["person"]), **world.person_body(row["person"], attributes)})
    return [put(world, step, f"/v1/imports/{world.id_of(step['import'])}", {"rows": rows})]


def register(world: World, step: Step, seed: str) -> Calls:
    attributes = person_of(step["person"])
    world.people[step["register"]] = attributes
    body = world.person_body(step["register"], attributes)
    for name in world.qualifications(attributes):
        del body[name]
    return [put(world, step, f"/v1/persons/{world.id_of(step['register'])}", body)]


_NAMED: tuple[Callable[[World, Step, str], Calls], ...] = (
    name_deputy,
    accept_deputy,
    end_deputy,
    hand_over,
    end_relation,
    stop,
    relate,
    assess,
    qualify,
    suspend,
    reinstate,
    record_death,
    correct_death,
    erase,
    register,
)
VERBS_ON_PEOPLE = {"import": import_people} | {act.__name__: act for act in _NAMED}
