"""docs/events.md says what the contracts and the consumers say."""

from tests.contracts.events.catalogue import TARGET, hearers, text


def test_the_catalogue_is_what_the_contracts_give() -> None:
    assert TARGET.read_text(encoding="utf-8") == text(), "run `make events-doc`"


def test_the_ledger_hears_approved_hours() -> None:
    assert "ledger" in hearers()["timebank.orders.v1.HoursApproved"]
