"""A Python and a TypeScript client, generated from the API document, each drive the whole main flow on one platform."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.attacks.city import STORY, City, Town
from tests.clients.build import NODE, build_python, build_typescript
from tests.clients.flow import Cast, play
from tests.scenarios.client import OWN_PASSWORD, Client
from tests.scenarios.runner import Run
from tests.scenarios.story import load_story
from tests.support.platform import Platform

PEOPLE = {"elder": "lan", "volunteer": "min", "coordinator": "coord", "checker": "check"}
CREDITED_MINUTES = 90
FLOW_SECONDS_MAX = 300


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A platform with the people of the main story, on the morning of its first day."""
    with Platform(tmp_path_factory.mktemp("clients")) as platform:
        platform.reset()
        story = load_story(STORY)
        run = Run(story, Client(platform.url))
        run.world = Town(story, run.client)
        run.world.people["lan"] = {**run.world.people["lan"], "starts": {"earned": 900}}
        run.world.prepare()
        for label in PEOPLE.values():
            run.client.sign_in(run.world.login(label))  # Everybody sets a password of their own.
        yield City(platform.url, platform.url, run.world, platform.folder / "sent-codes")


@pytest.fixture(scope="module")
def days() -> Iterator[int]:
    """Days of the story, each later than whatever was played on this platform before."""
    return itertools.count(2, 7)


def cast_of(town: City, *, day: int) -> Cast:
    """Who plays, on a day of their own."""
    start = town.world.story.instant(f"D{day} 09:00")
    return Cast(
        url=town.url,
        password=OWN_PASSWORD,
        logins={name: town.world.login(label) for name, label in PEOPLE.items()},
        service="B1",
        start=start.isoformat(),
        end=(start + timedelta(minutes=115)).isoformat(),
        later=(start + timedelta(days=1)).isoformat(),
    )


def test_the_python_client_drives_the_main_flow(town: City, days: Iterator[int], tmp_path: Path) -> None:
    path = build_python(town.document, tmp_path)
    spec = importlib.util.spec_from_file_location("timebank_client", path)
    assert spec is not None
    assert spec.loader is not None
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)

    played = play(client, cast_of(town, day=next(days)))

    assert played["credited"] == CREDITED_MINUTES
    with pytest.raises(client.RefusedError) as refused:
        client.Client(town.url).get_me()
    assert (refused.value.status, refused.value.code) == (401, "not_signed_in")


def test_the_typescript_client_compiles_strictly_and_drives_the_main_flow(
    town: City, days: Iterator[int], tmp_path: Path
) -> None:
    program = build_typescript(town.document, tmp_path)

    cast = json.dumps(dataclasses.asdict(cast_of(town, day=next(days))))
    done = subprocess.run(
        [str(NODE), str(program), cast], capture_output=True, text=True, timeout=FLOW_SECONDS_MAX, check=False
    )

    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout)["credited"] == CREDITED_MINUTES


def test_the_typescript_flow_casts_nothing() -> None:
    source = (Path(__file__).parent / "typescript" / "flow.ts").read_text("utf-8")

    assert [word for word in (" as ", ": any", "<any>", "@ts-") if word in source] == []
