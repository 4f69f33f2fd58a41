"""Every story of tests/scenarios/cases, through HTTP, on a fresh embedded platform; `listed` ones may still fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.client import Client
from tests.scenarios.report import pending
from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, UnknownWordError, find_stories, load_story
from tests.support.platform import Platform

STORIES = find_stories([CASES])
LISTED = pending()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("scenarios")) as running:
        yield running


def play(path: Path, platform: Platform) -> None:
    platform.reset()
    Run(load_story(path).needed(), Client(platform.url)).play()


@pytest.mark.scenario
@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_story_holds(path: Path, platform: Platform) -> None:
    if path.stem not in LISTED:
        play(path, platform)
        return
    with pytest.raises(Exception):  # noqa: B017 - whatever keeps a listed story from passing
        play(path, platform)


def test_an_unknown_verb_is_refused_not_skipped(tmp_path: Path) -> None:
    story = (CASES / "flow" / "02-twenty-nine-minutes.yaml").read_text(encoding="utf-8")
    path = tmp_path / "02-twenty-nine-minutes.yaml"
    path.write_text(story.replace("{approve: r1,", "{wave_through: r1,"), encoding="utf-8")

    with pytest.raises(UnknownWordError, match=r"02-twenty-nine-minutes.yaml:\d+: a step has one verb"):
        load_story(path)


def test_an_unknown_field_is_refused_with_its_line(tmp_path: Path) -> None:
    story = (CASES / "flow" / "02-twenty-nine-minutes.yaml").read_text(encoding="utf-8")
    path = tmp_path / "02-twenty-nine-minutes.yaml"
    path.write_text(story.replace("{take: r1,", "{take: r1, bribe: 5,"), encoding="utf-8")

    with pytest.raises(UnknownWordError, match=r"take:.*bribe"):
        load_story(path)


def test_every_listed_story_exists_and_says_what_is_missing() -> None:
    names = {path.stem for path in STORIES}

    assert LISTED.keys() <= names
    assert all(LISTED.values())
