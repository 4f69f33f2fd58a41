"""Makes the world a story starts in, through public endpoints, by two built-in members of staff.

Harness A records and proposes, harness B confirms and decides; the day before D1 everything is set up, then time is D1.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from tests.scenarios.client import PASSWORD, ApiCall, Client, PlatformError
from tests.scenarios.story import Step, Story

A, B = "harness-a", "harness-b"
SCAN = "sha256:" + "ab" * 32
# The rules under which people are registered come before the story's own, which are its version 1.
VERSIONS_BEFORE = 1


class World:
    """A story's people and things on the platform: their ids, and who acts for whom."""

    def __init__(self, story: Story, client: Client) -> None:
        self.story, self.client, self.run = story, client, uuid4()
        self.ids: dict[str, UUID] = {}
        self.kinds: dict[str, str] = {}
        self.people = dict(story.people)
        self.recipients: dict[str, str] = {}
        self.venues: dict[str, str] = {}
        self.rounds: dict[str, str] = {}
        self.said_at: dict[tuple[str, ...], datetime] = {}
        self.deaths: dict[str, str] = {}
        self.groups: dict[str, set[str]] = {}
        self.devices: dict[str, Any] = {}

    def id_of(self, label: str) -> str:
        """Return the id that a label of this run stands for."""
        return str(self.ids.setdefault(label, uuid5(self.run, label)))

    def another_id(self, label: str, seed: str) -> UUID:
        """Return the id of what a later attempt under the same label makes."""
        return uuid5(self.run, f"{label}/{seed}")

    def unit_of(self, label: str) -> str:
        """Return the id of a unit of this run; a person may have the same label."""
        return self.id_of(f"unit/{label}")

    def login(self, label: str) -> str:
        """Return the name by which a person of the story signs in."""
        return label if label.startswith("harness-") else f"{label}.{self.run.hex[:10]}"

    def key(self, seed: str) -> UUID:
        """Return the idempotency key that belongs to a seed."""
        return uuid5(self.run, f"key/{seed}")

    def first_said(self, step: Step) -> datetime:
        """Return when a consent was first said: the time of the step, and of any repeat of it."""
        assert self.client.instant is not None, "a story begins with a time"
        key = tuple(f"{name}={step[name]}" for name in sorted(step) if name not in ("at", "as", "refused", "note"))
        return self.said_at.setdefault(key, self.client.instant)

    def must(
        self, caller: str, method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> Any:
        """Send a request of the set-up; anything but success ends the story."""
        status, document = self.client.send(ApiCall(caller, method, path, body, self.key(key) if key else None))
        if status >= 400:
            raise PlatformError(f"set-up: {method} {path}: {status} {document}; sent {body}")
        return document

    def prepare(self) -> None:
        """Make units, people, relations and starting balances under the default rules, then let it be D1 by its own."""
        story = self.story
        self.client.advance(story.instant("D1") - timedelta(days=2))
        self._units()
        self.client.settle()
        self._publish("default", {}, effective=story.day_one - timedelta(days=1), seed="default")
        self.client.settle()
        self.client.advance(story.instant("D1") - timedelta(days=1))
        self._policies()
        for label, attributes in self.people.items():
            self.register(A, label, {**attributes, "visit_risk": None})
        for number, relation in enumerate(story.relations):
            self.relate(A, relation, seed=f"relation{number}")
        self.client.settle()
        for label, attributes in self.people.items():
            self._start(label, attributes)
        for district, minutes in story.pools.items():
            body = {
                "kind": "pool_funding",
                "district_id": self.unit_of(district),
                "minutes": minutes,
                "why": "scenario",
            }
            self._two_person(f"/v1/adjustments/{self.id_of('pool/' + district)}", body, seed=f"pool{district}")
        self.client.settle()
        self.client.advance(story.instant("D1"))
        self._list_for_visits()
        self.client.settle()

    def _list_for_visits(self) -> None:
        """Put people on the visit list: they are listed since D1, not since they were registered."""
        for label, attributes in self.people.items():
            if attributes.get("visit_risk"):
                path = f"/v1/persons/{self.id_of(label)}"
                seen = str(self.client.get(A, path)["version"])
                body = {"visit_risk": attributes["visit_risk"]}
                call = ApiCall(A, "POST", f"{path}/details", body, self.key(f"visits{label}"), if_match=seen)
                status, document = self.client.send(call)
                if status >= 400:
                    raise PlatformError(f"set-up: {path}/details: {status} {document}")

    def _units(self) -> None:
        for label, unit in self.story.units.items():
            if unit["level"] == "city":
                city = self.client.items(A, "/v1/organisation-units", level="city")[0]
                self.ids[f"unit/{label}"] = UUID(city["unit_id"])
                continue
            body = {"level": unit["level"], "parent_id": self.unit_of(unit["parent"]), "name_zh": unit["zh"]}
            self.must(A, "PUT", f"/v1/organisation-units/{self.unit_of(label)}", body)

    def _policies(self) -> None:
        presets = {preset["preset"]: preset for preset in self.client.get(A, "/v1/policies/presets")["items"]}
        published = presets[self.story.preset].get("policy", {})
        layers = _merged(_without(self.story.world_policy, published), self.story.policy)
        self._publish(self.story.preset, layers, effective=self.story.day("D1"), seed="policy")

    def _publish(self, preset: str, layers: Mapping[str, Any], *, effective: date, seed: str) -> None:
        for label in (name for name, unit in self.story.units.items() if unit["level"] == "district"):
            body = {
                "unit_id": self.unit_of(label),
                "effective": effective.isoformat(),
                "preset": preset,
                "set": layers,
            }
            self._two_person(f"/v1/policies/{self.id_of(f'{seed}/{label}')}", body, seed=f"{seed}{label}")

    def _two_person(self, path: str, body: dict[str, Any], *, seed: str) -> None:
        self.must(A, "PUT", path, body)
        self.must(B, "POST", f"{path}/decision", {"ok": True}, key=seed)

    def register(
        self, caller: str, label: str, attributes: Mapping[str, Any], acting: Mapping[str, Any] | None = None
    ) -> None:
        """Register a person, give staff roles, and have grade and hardship recorded and confirmed."""
        self.must(
            caller, "PUT", f"/v1/persons/{self.id_of(label)}", {**self.person_body(label, attributes), **(acting or {})}
        )
        self.complete(label, attributes)

    def complete(self, label: str, attributes: Mapping[str, Any]) -> None:
        """Add to a registered person what takes two: staff roles, grade and hardship."""
        person = f"/v1/persons/{self.id_of(label)}"
        if any("@" in role for role in attributes["roles"]):
            for seer in (A, B):
                sighting = f"{person}/identity-sightings/{self.id_of(f'{label}/seen by {seer}')}"
                self.must(seer, "PUT", sighting, {"document": "resident"})
        for role, unit in (text.split("@") for text in attributes["roles"] if "@" in text):
            grant = f"{person}/roles/{self.id_of(label + role + unit)}"
            self.must(A, "PUT", grant, {"role": role, "unit_id": self.unit_of(unit)})
            self.must(B, "POST", f"{grant}/decision", {"ok": True}, key=f"role{label}{role}{unit}")
        if attributes["grade"] != "intact":
            self.must(A, "PUT", f"{person}/assessments/{self.id_of(label + '/grade')}", {"grade": attributes["grade"]})
            self.must(
                B,
                "POST",
                f"/v1/assessments/{self.id_of(label + '/grade')}/confirmation",
                {"ok": True},
                key=f"grade{label}",
            )
        if attributes["hardship"]:
            self.must(
                A, "PUT", f"{person}/hardships/{self.id_of(label + '/hard')}", {"categories": attributes["hardship"]}
            )
            self.must(
                B, "POST", f"/v1/hardships/{self.id_of(label + '/hard')}/confirmation", {"ok": True}, key=f"hard{label}"
            )

    def person_body(self, label: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is sent to register a person."""
        latitude, longitude = attributes["home"]
        body: dict[str, Any] = {
            "names": {"zh": attributes.get("zh", label)},
            "born": self.born(attributes),
            "sex": attributes["sex"],
            "home_unit_id": self.unit_of(attributes["unit"]),
            "home": {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"},
            "roles": [role for role in attributes["roles"] if "@" not in role],
            "has_phone": attributes["phone"],
        }
        if self.signs_in(label):
            body |= {"sign_in_name": self.login(label), "password": PASSWORD}
        if attributes.get("household"):
            body["household"] = f"{attributes['household']}.{self.run.hex[:10]}"
        if attributes.get("reachable"):
            digits = UUID(self.id_of(f"{label}/number")).int % 10**8
            body["phone_number"] = f"139{digits:08}"
        if attributes.get("id_number"):
            body["id_number"] = {"kind": "other", "number": attributes["id_number"]}
        if "visit_risk" in attributes:
            body["visit_risk"] = attributes["visit_risk"]
        return body | self.qualifications(attributes)

    def qualifications(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a volunteer has shown, which not everybody who registers people may record."""
        names = ("training", "clean_record", "certificates")
        shown = {name: attributes[name] for name in names if name in attributes}
        if attributes.get("insured_until"):
            shown["insured_until"] = self.story.day(attributes["insured_until"]).isoformat()
        return shown

    def qualify(self, label: str, attributes: Mapping[str, Any]) -> None:
        """Record what a volunteer has shown, by staff who may."""
        shown = self.qualifications(attributes)
        if shown and {"volunteer", "provider_worker"} & set(attributes["roles"]):
            self.must(A, "POST", f"/v1/persons/{self.id_of(label)}/qualifications", shown, key=f"qualified{label}")

    def group_of(self, label: str, member: str) -> str:
        """Return the id of a group that staff have registered with this member, led by a member of staff."""
        group = f"/v1/groups/{self.id_of(f'group/{label}')}"
        if label not in self.groups:
            body = {"unit_id": self.unit_of("city"), "name_zh": label, "leader_id": self.id_of("coord")}
            self.must(A, "PUT", group, body)
        if member not in self.groups.setdefault(label, set()):
            self.groups[label].add(member)
            self.must(A, "POST", f"{group}/members/{self.id_of(member)}", {}, key=f"group/{label}/{member}")
            self.client.settle()
        return self.id_of(f"group/{label}")

    def born(self, attributes: Mapping[str, Any]) -> str:
        """Return the birth date: as given, or so that the age is reached on D1."""
        if attributes.get("born"):
            return str(attributes["born"])
        first = self.story.day_one
        year = first.year - int(attributes["age"])
        return (first.replace(year=year) if (first.month, first.day) != (2, 29) else date(year, 3, 1)).isoformat()

    def signs_in(self, label: str) -> bool:
        """Tell whether a step is made by this person, who then needs a password."""
        return any(label in (step.get("by"), step.get("checker")) for step in self.story.steps)

    def relate(self, caller: str, relation: Mapping[str, Any], *, seed: str, confirmer: str = B) -> None:
        """Record a relation and, where it is verified, have it confirmed by another person."""
        identity, verified = self.id_of(seed), relation.get("verified", True)
        body = {
            "person_id": self.id_of(relation["of"]),
            "relative_id": self.id_of(relation["to"]),
            "kind": relation["kind"],
            "verified": verified,
        }
        self.must(caller, "PUT", f"/v1/relations/{identity}", body)
        if verified:
            self.must(confirmer, "POST", f"/v1/relations/{identity}/confirmation", {"ok": True}, key=seed)

    def _start(self, label: str, attributes: Mapping[str, Any]) -> None:
        starts = attributes.get("starts", {})
        before = self.story.instant("D1") - timedelta(days=1)
        for wallet in (name for name in ("earned", "granted", "received") if starts.get(name)):
            body = {
                "kind": "migration",
                "person_id": self.id_of(label),
                "class": wallet,
                "minutes": starts[wallet],
                "effective_at": before.isoformat(),
                "scan": SCAN,
                "why": "old book",
            }
            self._two_person(
                f"/v1/adjustments/{self.id_of(f'start/{label}/{wallet}')}", body, seed=f"start{label}{wallet}"
            )
        if starts.get("service_time"):
            body = {
                "person_id": self.id_of(label),
                "minutes": starts["service_time"],
                "served_on": (self.story.day_one - timedelta(days=1)).isoformat(),
                "scan": SCAN,
            }
            self._two_person(f"/v1/service-records/{self.id_of(f'record/{label}')}", body, seed=f"record{label}")
        if attributes.get("entitlement_minutes"):
            body = {"person_id": self.id_of(label), "minutes": attributes["entitlement_minutes"]}
            self._two_person(f"/v1/entitlements/{self.id_of(f'entitled/{label}')}", body, seed=f"entitled{label}")


def _without(layer: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        group: {name: value for name, value in values.items() if name not in stronger.get(group, {})}
        for group, values in layer.items()
    }
    return {group: values for group, values in kept.items() if values}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {group: {**below.get(group, {}), **above.get(group, {})} for group in {*below, *above}}
