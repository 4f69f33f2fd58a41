"""Which roles are created where nobody else does it, and what is refused before anything is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from libs.db.create import CreateSettings, wanted, watches_of
from libs.settings import MissingSettingError, WrongSettingError

SETTINGS = CreateSettings(
    superuser_url="postgresql://localhost/postgres",
    names="orders,ledger",
    owner_password="o",
    app_password="a",
    reader_password="r",
    more_roles="ledger_relay,ledger_sealer",
    relay_password="p",
    sealer_password="s",
)
COMMON = {"owner": "o", "app": "a", "reader": "r"}


def test_each_role_that_only_one_service_has_gets_a_password_of_its_own() -> None:
    assert wanted(SETTINGS) == {"orders": COMMON, "ledger": COMMON | {"relay": "p", "sealer": "s"}}
    assert wanted(replace(SETTINGS, more_roles="")) == {"orders": COMMON, "ledger": COMMON}


@pytest.mark.parametrize("misspelt", ["ledgr_relay", "ledger_reley", "relay", "ledger_owner"])
def test_a_role_that_nobody_knows_is_refused_by_name(misspelt: str) -> None:
    with pytest.raises(WrongSettingError, match=misspelt):
        wanted(replace(SETTINGS, more_roles=misspelt))


def test_a_password_that_is_missing_is_named() -> None:
    with pytest.raises(MissingSettingError, match="CREATE_SEALER_PASSWORD"):
        wanted(replace(SETTINGS, sealer_password=None))


def test_whose_schema_is_watched_is_named_with_its_function() -> None:
    assert watches_of(SETTINGS) == {}
    assert watches_of(replace(SETTINGS, watched="ledger:journal.record_ddl")) == {"ledger": "journal.record_ddl"}


@pytest.mark.parametrize("misspelt", ["ledgr:journal.record_ddl", "ledger", "ledger:record_ddl", "ledger:a.b();"])
def test_a_watch_of_nothing_is_refused_by_name(misspelt: str) -> None:
    with pytest.raises(WrongSettingError, match="CREATE_WATCHED"):
        watches_of(replace(SETTINGS, watched=misspelt))
