"""Settings are read once, typed; what is missing or wrong is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.settings import MissingSettingError, WrongSettingError, read


@dataclass(frozen=True)
class DeskSettings:
    """Settings of the sample service."""

    database_url: str
    folder: Path
    pool_max: int = 5
    is_demo: bool = False
    broker_url: str | None = None


NEEDED = {"DESK_DATABASE_URL": "postgresql://desk", "DESK_FOLDER": "notes"}


def test_fields_come_from_their_variables_and_defaults() -> None:
    settings = read("desk", DeskSettings, NEEDED | {"DESK_POOL_MAX": "9", "DESK_IS_DEMO": "1"})

    assert settings == DeskSettings("postgresql://desk", Path("notes"), pool_max=9, is_demo=True)


def test_an_optional_field_is_read_by_its_type() -> None:
    assert read("desk", DeskSettings, NEEDED | {"DESK_BROKER_URL": "kafka"}).broker_url == "kafka"


@pytest.mark.parametrize("variable", sorted(NEEDED))
def test_a_missing_variable_stops_with_its_name(variable: str) -> None:
    environment = {name: value for name, value in NEEDED.items() if name != variable}

    with pytest.raises(MissingSettingError, match=variable):
        read("desk", DeskSettings, environment)


@pytest.mark.parametrize("wrong", [{"DESK_POOL_MAX": "many"}, {"DESK_IS_DEMO": "maybe"}])
def test_a_wrong_value_stops_with_its_name(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSettingError, match=next(iter(wrong))):
        read("desk", DeskSettings, NEEDED | wrong)
