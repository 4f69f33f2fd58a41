"""A community at work on a Thursday evening: visits to come, hours to approve, a second check, a dispute.

It is told in the language of the scenarios, so that everything was done by somebody who may, through the public API.
`python -m tests.web.scene <folder>` keeps such a platform open, for a look at the pages.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from tests.attacks.city import Town
from tests.scenarios import client
from tests.scenarios.calls import grant_body
from tests.scenarios.client import OWN_PASSWORD, Client
from tests.scenarios.runner import Run
from tests.scenarios.story import load_story
from tests.support.platform import Platform

PEOPLE: dict[str, dict[str, Any]] = {
    "lan": {"zh": "兰桂英", "roles": ["recipient"], "starts": {"earned": 1200}, "visit_risk": "key"},
    "min": {"zh": "陈志强", "roles": ["volunteer"], "starts": {"earned": 600}},
    "ann": {"zh": "安欣", "roles": ["volunteer"], "home": [31.2312, 121.4722], "starts": {"earned": 480}},
    "hao": {"zh": "郝立新", "roles": ["volunteer"], "sex": "male", "home": [31.2305, 121.4712]},
    "yun": {"zh": "云小芳", "roles": ["volunteer"], "home": [31.2297, 121.4695]},
}
ELDERS = ("王秀兰", "李德明", "张玉珍", "刘福全", "赵淑芬", "孙桂芝", "周长林", "吴凤仙", "郑国栋", "冯素琴")
SERVICES = ("B1", "C2", "C1", "B1", "C3")
MINUTES = (62, 47, 71, 64, 55, 83)
SERVED = 16
TODAY = "D4 17:00"
STORY, NOTED = "00-scene.yaml", "scene.json"
VOLUNTEERS = ("min", "hao", "yun")
WATCHING = ("coord_b", "check", "op", "admin", "cadmin", "audit", "e8", "e9")
"""Who has done nothing yet, and so has no password of their own."""


@dataclass
class Scene:
    """The platform with its people; everybody signs in with the same password."""

    url: str
    folder: Path
    run: Run
    platform: Platform

    def login(self, label: str) -> str:
        """Return the name somebody signs in by."""
        return self.run.world.login(label)

    @property
    def password(self) -> str:
        return OWN_PASSWORD

    def id_of(self, label: str) -> str:
        """Return the id of a person or an order."""
        return self.run.world.id_of(label)

    def unit_of(self, label: str) -> str:
        """Return the id of a unit."""
        return self.run.world.unit_of(label)

    @property
    def receipt_id(self) -> str:
        """Return the transfer that gave the volunteer of the settled visit her credit."""
        rows = self.get("min", "/v1/transfers", order=self.id_of("past"))["items"]
        return str(next(row["transfer_id"] for row in rows if row["reason"] == "redemption_captured"))

    def get(self, caller: str, path: str, **query: object) -> Any:
        """Ask the API as somebody, to see what a page did."""
        login = self.login(caller)
        self.run.client.tokens.pop(login, None)
        return self.run.client.get(login, path, **query)


def story_of() -> dict[str, Any]:
    """Return the story as a scenario's file would hold it."""
    people = dict(PEOPLE)
    for number, name in enumerate(ELDERS):
        people[f"e{number}"] = {
            "zh": name,
            "roles": ["recipient"],
            "age": 72 + number,
            "starts": {"earned": 900},
            "home": [31.2290 + number * 0.0007, 121.4690 + number * 0.0006],
        }
    for number in (1, 4):
        people[f"e{number}"]["visit_risk"] = "high"
    return {
        "name": "00-scene",
        "title": {"zh": "社区的一个傍晚", "en": "An evening in a community"},
        "source": ["domain 5"],
        "policy": {"earn": {"daily_cap_minutes": None, "per_order_cap_minutes": None, "balance_cap_minutes": 90000}},
        "people": people,
        "relations": [{"of": "lan", "to": "ann", "kind": "child"}],
        "pools": {"d1": 6000},
        "steps": [*_past(), *_served(), *_unusual(), *_coming()],
    }


@contextlib.contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """Start a platform and let the scene happen on it."""
    path = folder / STORY
    path.write_text(yaml.safe_dump(story_of(), allow_unicode=True, sort_keys=False), "utf-8")
    with Platform(folder) as platform:
        story = load_story(path)
        run = Run(story, Client(platform.url))
        run.world = Town(story, run.client)
        run.world.prepare()
        _play(run, story.steps)
        _let_act(run)
        _note(folder, platform.url, run)
        yield Scene(platform.url, folder, run, platform)


def attach(folder: Path) -> Scene:
    """Return a scene that `python -m tests.web.scene <folder>` keeps open."""
    noted = json.loads((folder / NOTED).read_text("utf-8"))
    story = load_story(folder / STORY)
    run = Run(story, Client(noted["url"]))
    run.world = Town(story, run.client)
    run.world.run = UUID(noted["run"])
    client._OWN.update(noted["own"])
    return Scene(noted["url"], folder, run, Platform(folder))


def _note(folder: Path, url: str, run: Run) -> None:
    """Note what is needed to come back: everything else follows from the run's id."""
    noted = {"url": url, "run": str(run.world.run), "own": sorted(client._OWN)}
    (folder / NOTED).write_text(json.dumps(noted), "utf-8")


def _let_act(run: Run) -> None:
    """Let everybody set a password of their own, and the elder let her daughter act for her."""
    for label in WATCHING:
        run.client.sign_in(run.world.login(label))
    body = grant_body(run.world, person="lan", relative="ann") | {"minutes_per_month": 600}
    run.world.must(run.world.login("op"), "PUT", f"/v1/acting-grants/{run.world.id_of('grant')}", body)
    run.client.advance(run.story.instant(TODAY))
    run.client.settle()


def _play(run: Run, steps: list[dict[str, Any]]) -> None:
    """Play the steps; the services settle between different acts, not after each as in a scenario."""
    before = ""
    for number, step in enumerate(steps):
        verb = next(iter(step))
        if verb != before:
            run.client.settle()
        before = verb
        if "at" in step:
            run.client.advance(run.story.instant(step["at"]))
        made = run._attempt(verb, step, f"step{number}")
        if made.identity is not None:
            run.world.ids[step[verb]] = made.identity
        code, _ = run._send(made)
        assert code is None, (step, code)
    run.client.settle()


def _asked(label: str, elder: str, service: str, start: str, at: str, minutes: int = 60) -> dict[str, Any]:
    return {
        "request_redemption": label,
        "at": at,
        "by": elder,
        "for": elder,
        "service": service,
        "minutes": minutes,
        "start": start,
    }


def _visit(label: str, volunteer: str, day: int, hour: int, minutes: int, **door: Any) -> list[dict[str, Any]]:
    """Return a volunteer's check-in and check-out."""
    ends = f"D{day} {hour + (minutes + 1) // 60:02}:{(minutes + 1) % 60:02}"
    proof = door or {"code": "right", "place": "home"}
    return [
        {"check_in": label, "at": f"D{day} {hour:02}:01", "by": volunteer, **proof},
        {"check_out": label, "at": ends, "by": volunteer},
    ]


def _past() -> list[dict[str, Any]]:
    """One visit that is settled already, so that there are hours, credit and a receipt."""
    return [
        _asked("past", "lan", "B1", "D1 14:00", "D1 08:00", 90),
        {"take": "past", "at": "D1 08:10", "by": "min"},
        *_visit("past", "min", 1, 14, 95),
        {"confirm": "past", "at": "D1 16:00", "by": "lan", "rating": 5},
        {"approve": "past", "at": "D1 17:00", "by": "coord"},
    ]


def _served() -> list[dict[str, Any]]:
    """Visits of two days that wait for the coordinator: on each hour three volunteers are out."""
    plan = [(number, VOLUNTEERS[number % 3], 2 + number // 12, 8 + 2 * (number % 12 // 3)) for number in range(SERVED)]
    asked = [
        _asked(f"s{number}", f"e{number % 10}", SERVICES[number % 5], f"D{day} {hour:02}:00", "D1 18:00")
        for number, _, day, hour in plan
    ]
    taken = [{"take": f"s{number}", "at": "D1 19:00", "by": who} for number, who, _, _ in plan]
    done = [
        step for number, who, day, hour in plan for step in _visit(f"s{number}", who, day, hour, MINUTES[number % 6])
    ]
    done.sort(key=lambda step: step["at"])
    said = [
        {"confirm": f"s{number}", "at": "D3 19:00", "by": f"e{number % 10}", "rating": 5 - number % 2}
        for number, *_ in plan
    ]
    return [*asked, *taken, *done, *said]


def _unusual() -> list[dict[str, Any]]:
    """Two that have flags, of which one was signed once; and one about which the elder disagrees."""
    return [
        _asked("weak", "e1", "B1", "D4 08:00", "D3 20:00"),
        _asked("signed", "e2", "B1", "D4 08:00", "D3 20:00"),
        _asked("argued", "e3", "B1", "D4 08:00", "D3 20:00"),
        {"take": "weak", "at": "D3 20:10", "by": "hao"},
        {"take": "signed", "at": "D3 20:10", "by": "yun"},
        {"take": "argued", "at": "D3 20:10", "by": "ann"},
        {"check_in": "weak", "at": "D4 08:01", "by": "hao", "place": [31.2400, 121.4800]},
        {"check_in": "signed", "at": "D4 08:01", "by": "yun", "place": [31.2420, 121.4820]},
        {"check_in": "argued", "at": "D4 08:01", "by": "ann", "code": "right", "place": "home"},
        {"check_out": "weak", "at": "D4 09:01", "by": "hao"},
        {"check_out": "signed", "at": "D4 09:01", "by": "yun"},
        {"check_out": "argued", "at": "D4 09:05", "by": "ann"},
        {"confirm": "weak", "at": "D4 10:00", "by": "e1", "rating": 4},
        {"confirm": "signed", "at": "D4 10:00", "by": "e2", "rating": 3},
        {"approve": "signed", "at": "D4 10:30", "by": "coord"},
        {"dispute": "argued", "at": "D4 10:30", "by": "e3", "says_minutes": 30, "why": "她只待了半个小时"},
    ]


def _coming() -> list[dict[str, Any]]:
    """One visit to be confirmed by the elder, one that a volunteer has taken, three that nobody has."""
    return [
        _asked("today", "lan", "C2", "D4 13:00", "D4 11:00"),
        _asked("next", "lan", "B1", "D5 09:00", "D4 11:05"),
        _asked("open0", "e5", "B1", "D5 10:00", "D4 11:10"),
        _asked("open1", "e6", "C1", "D5 14:00", "D4 11:10", 90),
        _asked("open2", "e7", "A4", "D6 09:00", "D4 11:10", 120),
        {"take": "today", "at": "D4 11:20", "by": "min"},
        {"take": "next", "at": "D4 11:20", "by": "min"},
        *_visit("today", "min", 4, 13, 58),
    ]


def main() -> None:
    """Keep the scene open until it is stopped."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    with open_scene(folder) as scene:
        print(scene.url, scene.password, flush=True)
        print(
            {label: scene.login(label) for label in ("lan", "min", "ann", "coord", "check", "op", "admin", "audit")},
            flush=True,
        )
        sys.stdin.read()


if __name__ == "__main__":
    main()
