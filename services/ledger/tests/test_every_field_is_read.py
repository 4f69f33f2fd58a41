"""No field of a request is taken and forgotten: what nobody reads is refused by name instead."""

from __future__ import annotations

from uuid import UUID

import pytest

from libs.ids import new_id
from services.ledger.api import schemas
from services.ledger.tests.stories import give
from services.ledger.tests.support import new
from services.ledger.tests.test_api import CITY, DISTRICT, Api, api, migration
from services.ledger.tests.test_transfers import donate
from tests.support.reads import Reads

__all__ = ["api"]


def test_every_field_of_a_request_is_read_by_a_use_case(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lan, donated, proposal = api.person(), new(), new_id()
    give(api.ledger, lan.bytes, earned=300)
    donate(api.ledger, lan.bytes, 100, donated)
    admin, city = api.token(new_id(), "district_admin"), api.token(new_id(), "city_admin", unit=CITY)
    reads = Reads(monkeypatch, schemas, ("Query", "Body"))

    api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    api.send(admin, "PUT", f"/v1/adjustments/{new_id()}", {
        "kind": "pool_funding", "district_id": str(DISTRICT), "minutes": 60, "why": "x",
    })  # fmt: skip
    response = api.send(city, "POST", f"/v1/adjustments/{proposal}/decision", {"ok": False, "why": "no"})
    assert response.status_code == 200
    api.send(admin, "PUT", f"/v1/reversals/{new_id()}", {"cause_id": str(UUID(bytes=donated)), "why": "x"})
    api.send(admin, "PUT", f"/v1/period-closes/{new_id()}", {"district_id": str(DISTRICT), "month": "2026-01"})
    wallet = api.send(api.token(lan), "GET", f"/v1/wallets?person={lan}").json["items"][0]["wallet_id"]
    for path in (
        f"wallets?district={DISTRICT}", f"wallets?unit={DISTRICT}", f"wallets/{wallet}", f"wallets/{wallet}/entries",
        f"statements?person={lan}", f"recoveries?person={lan}", f"transfers?cause={new_id()}",
        f"transfers?order={new_id()}", "adjustments", f"period-closes?district={DISTRICT}",
        f"supply/figures?unit={DISTRICT}&month=2026-03", f"supply/figures/rows?unit={DISTRICT}&figure=saved",
        f"supply/months?months=2&district={DISTRICT}",
    ):  # fmt: skip
        assert api.send(city, "GET", f"/v1/{path}").status_code == 200, path

    assert reads.unread() == {}
