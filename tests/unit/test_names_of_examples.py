"""What an example is named never becomes what a city is named, nor a log, which keeps its name for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from libs.settings import MissingSettingError, WrongSettingError
from services.accounts.settings import Settings as AccountsSettings, city_names
from services.ledger.settings import Settings as LedgerSettings, chosen_log_name

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = AccountsSettings(database_url="", master_key_file=Path("key"), city_name_zh="安吉市", city_name_en="Anji")
LEDGER = LedgerSettings(database_url="", log_name="time.anji.gov.cn/ledger")


def test_a_name_that_was_chosen_is_taken() -> None:
    assert city_names(ACCOUNTS) == ("安吉市", "Anji")
    assert chosen_log_name(LEDGER) == "time.anji.gov.cn/ledger"


@pytest.mark.parametrize("change", [{"city_name_zh": None}, {"city_name_en": None}, {"city_name_zh": ""}])
def test_a_city_without_a_name_is_not_founded(change: dict[str, Any]) -> None:
    with pytest.raises(MissingSettingError, match="ACCOUNTS_CITY_NAME_"):
        city_names(replace(ACCOUNTS, **change))


@pytest.mark.parametrize("change", [{"city_name_zh": "示范市"}, {"city_name_en": "Demo City"}])
def test_the_demonstrations_city_is_founded_in_a_demonstration_only(change: dict[str, Any]) -> None:
    with pytest.raises(WrongSettingError, match="the demonstration's"):
        city_names(replace(ACCOUNTS, **change))
    assert city_names(replace(ACCOUNTS, demo=True)) == ("示范市", "Demo City")


@pytest.mark.parametrize(
    "name", ["timebank.example/ledger", "ledger", "time.anji.gov.cn", "time.anji.gov.cn/", "a b/c"]
)
def test_a_log_is_not_begun_under_an_examples_name(name: str) -> None:
    with pytest.raises(WrongSettingError, match="LEDGER_LOG_NAME"):
        chosen_log_name(replace(LEDGER, log_name=name))
    with pytest.raises(MissingSettingError, match="LEDGER_LOG_NAME"):
        chosen_log_name(replace(LEDGER, log_name=None))


def test_the_manifests_name_is_one_that_is_refused_until_somebody_chooses() -> None:
    (named,) = [
        line.split(": ", 1)[1]
        for line in (ROOT / "k8s" / "base" / "ledger.yaml").read_text("utf-8").splitlines()
        if "LEDGER_LOG_NAME" in line
    ]

    with pytest.raises(WrongSettingError):
        chosen_log_name(replace(LEDGER, log_name=named))
