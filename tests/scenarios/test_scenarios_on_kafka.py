"""Stories through HTTP with the events on Apache Kafka: those of `flow`, or all with ALL_SCENARIOS_ON_KAFKA=1."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.test_scenarios import LISTED, STORIES, play
from tests.support.platform import Platform


@pytest.fixture(scope="module")
def kafka_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("scenarios-kafka"), broker="kafka") as running:
        yield running


@pytest.mark.scenario
@pytest.mark.kafka
@pytest.mark.parametrize(
    "path",
    [story for story in STORIES if story.parent.name == "flow" or os.environ.get("ALL_SCENARIOS_ON_KAFKA")],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_story_holds_on_kafka(path: Path, kafka_platform: Platform) -> None:
    if path.stem not in LISTED:
        play(path, kafka_platform)
