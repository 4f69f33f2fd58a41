"""The verbs of objections to hours, and of appeals; beside them those of help that nobody took."""

from uuid import UUID, uuid5

from tests.scenarios.calls import Calls, post, put
from tests.scenarios.story import Step
from tests.scenarios.verbs_on_untaken import VERBS_ON_UNTAKEN
from tests.scenarios.world import World


def object_to(world: World, step: Step, seed: str) -> Calls:
    """Object to the hours of an order; what an upheld objection enters has the label of it with `_entry`."""
    label, order = step["object_to"], step["order"]
    objection_id = world.id_of(label)
    entry = f"{label}_entry"
    world.ids[entry] = uuid5(UUID(objection_id), "entry")
    world.recipients[entry] = world.recipients[order]
    body = {"says_minutes": step["says_minutes"], "words": step.get("words", "说明")}
    return [put(world, step, f"/v1/orders/{world.id_of(order)}/objections/{objection_id}", body)]


def answer_objection(world: World, step: Step, seed: str) -> Calls:
    """Answer with the minutes that count, or dismiss it where none are said."""
    minutes = step.get("minutes")
    body = {"upheld": minutes is not None, "minutes": minutes, "why": step["why"]}
    if "second" in step:
        body["second"] = world.id_of(step["second"])
    path = f"/v1/objections/{world.id_of(step['answer_objection'])}/answer"
    return [post(world, step["by"], path, body, seed)]


def confirm_decision(world: World, step: Step, seed: str) -> Calls:
    """Sign, as the second person, fewer minutes of settled hours."""
    path = f"/v1/orders/{world.id_of(step['confirm_decision'])}/decision/confirmation"
    return [post(world, step["by"], path, {"ok": True}, seed)]


ON_HOURS = (object_to, answer_objection, confirm_decision)
VERBS_ON_OBJECTIONS = {act.__name__: act for act in ON_HOURS} | VERBS_ON_UNTAKEN
