"""Runs one story, step by step: send, compare the refusal, settle, check the books, look."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.scenarios.client import Client, PlatformError
from tests.scenarios.looks import all_wallets, invariants, look
from tests.scenarios.story import Step, Story, verb_of
from tests.scenarios.verbs import DONE_STATES, MAKING_VERBS, calls_of, watched_path
from tests.scenarios.verbs_at_the_door import SENDING, results_of
from tests.scenarios.world import A, World


class StepFailedError(AssertionError):
    """A step did not go as the story says; the message names file, line, step, expected and actual."""


@dataclass
class Made:
    """What a step sent, kept for `repeat`; `identity` is the id of what it makes."""

    verb: str
    step: Step
    seed: str
    identity: UUID | None = None


class Run:
    """One story on one fresh platform."""

    def __init__(self, story: Story, client: Client) -> None:
        self.story, self.client = story, client
        self.world = World(story, client)
        self.made: dict[str, Made] = {}
        self.tried: set[str] = set()
        self.done: set[str] = set()
        self.results: list[str] = []

    def play(self) -> None:
        """Prepare the world and play every step.

        Raises:
            StepFailedError: at the first step that does not go as the story says.
        """
        self.world.prepare()
        for number, (step, line) in enumerate(zip(self.story.steps, self.story.lines, strict=True), 1):
            try:
                problems = self._play(step, number, line)
            except PlatformError as error:
                problems = [str(error)]
            if problems:
                place = f"{self.story.path.name}:{line} (step {number})"
                raise StepFailedError("\n".join([f"{place}: {step}", *(f"  {problem}" for problem in problems)]))

    def _play(self, step: Step, number: int, line: int) -> list[str]:
        verb = verb_of(step, path=self.story.path, line=line)
        if "at" in step:
            self.client.advance(self.story.instant(step["at"]))
        if verb == "advance":
            self.client.advance(self.story.instant(step["advance"]))
            self.client.settle()
            return invariants(all_wallets(self.world))
        if verb == "expect":
            return look(self.world, step["expect"])
        made = self._repeated(step) if verb == "repeat" else self._attempt(verb, step, f"step{number}")
        return self._act(made, step)

    def _attempt(self, verb: str, step: Step, seed: str) -> Made:
        """Return a step as an attempt of its own: what it makes has another id than at any earlier attempt."""
        label = step[verb]
        if verb not in MAKING_VERBS:
            return Made(verb, step, seed)
        identity = self.world.another_id(label, seed) if label in self.tried else UUID(self.world.id_of(label))
        self.tried.add(label)
        return Made(verb, step, seed, identity)

    def _repeated(self, step: Step) -> Made:
        first = self.made[step["repeat"]]
        return Made(first.verb, {**first.step, **step.get("with", {})}, first.seed, first.identity)

    def _act(self, made: Made, step: Step) -> list[str]:
        world, wanted = self.world, step.get("refused")
        label = made.step[made.verb]
        if step is made.step:
            self._remember(made, label)
        before = all_wallets(world) if wanted else []
        code, skipped = self._decided(made)
        rows = all_wallets(world)
        problems = invariants(rows)
        if code != wanted:
            problems.append(f"expected {_outcome(wanted)}, found {_outcome(code)}")
        if wanted and _amounts(before) != _amounts(rows):
            problems.append("a refused step moved credit or holds")
        if made.verb == "approve_many" and skipped != step.get("skipped", {}):
            problems.append(f"expected skipped {step.get('skipped', {})}, found {skipped}")
        if made.verb == SENDING and self.results != step["results"]:
            problems.append(f"expected results {step['results']}, found {self.results}")
        if made.verb == "register" and code is None:
            world.qualify(label, world.people[label])
            world.complete(label, world.people[label])
            self.client.settle()
        return problems

    def _decided(self, made: Made) -> tuple[str | None, dict[str, str]]:
        """Send the step; return the code of its refusal, also of one that comes later, and what was skipped."""
        label, earlier = made.step[made.verb], dict(self.world.ids)
        if made.identity is not None:
            self.world.ids[label] = made.identity
        code, skipped = self._send(made)
        self.client.settle()
        path = watched_path(self.world, made.verb, made.step, made.seed)
        if code is None and path:
            code = self._later(path)
        if made.identity is not None and code is None:
            self.done.add(label)
        elif made.identity is not None and label in self.done:
            self.world.ids[label] = earlier[label]
        return code, skipped

    def _remember(self, made: Made, label: Any) -> None:
        if isinstance(label, str):
            self.made[label] = made
            self.world.kinds.setdefault(label, made.verb)
        if "as" in made.step:
            self.made[made.step["as"]] = made

    def _send(self, made: Made) -> tuple[str | None, dict[str, str]]:
        skipped: dict[str, str] = {}
        for number, call in enumerate(calls_of(self.world, made.verb, made.step, made.seed)):
            if number:
                self.client.settle()
            status, document = self.client.send(call)
            if status >= 400:
                return str(document.get("code", document)) + _field_errors(document), skipped
            if made.verb == SENDING:
                self.results = results_of(document)
            if made.verb == "approve_many":
                names = {str(identity): label for label, identity in self.world.ids.items()}
                skipped = {
                    names[row["order_id"]]: row["code"] for row in document["items"] if row["result"] == "skipped"
                }
        return None, skipped

    def _later(self, path: str) -> str | None:
        document = self.client.get(A, path)
        return str(document.get("code")) if document.get("state") in DONE_STATES else None


def _outcome(code: str | None) -> str:
    return f"refusal {code}" if code else "success"


def _field_errors(document: dict[str, Any]) -> str:
    return f" {document['errors']}" if document.get("errors") else ""


def _amounts(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {
        row["wallet_id"]: (row["balance_minutes"], row["held_minutes"])
        for row in rows
        if row["balance_minutes"] or row["held_minutes"]
    }
