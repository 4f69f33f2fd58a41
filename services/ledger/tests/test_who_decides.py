"""Who decides about somebody's credit: somebody else, and no relative, whatever the beneficiary says of them."""

from __future__ import annotations

import pytest

from libs.ids import new_id
from services.ledger.tests.stories import balances
from services.ledger.tests.test_api import CITY, Api, api as api, migration


@pytest.mark.parametrize(
    ("decider", "code"),
    [("proposer", "maker_is_checker"), ("beneficiary", "self_approval"), ("relative", "approver_related"),
     ("housemate", "approver_related"), ("self-declared", "approver_related")],
)  # fmt: skip
def test_the_decider_is_somebody_else_and_no_relative(api: Api, decider: str, code: str) -> None:
    house = new_id()
    lan, admin_id, relative, housemate = api.person(house), new_id(), api.person(), api.person(house)
    api.relate(lan, relative)
    declared = api.person()
    api.relate(lan, declared, declared_by=declared)
    proposal = new_id()
    api.send(api.token(admin_id, "district_admin"), "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    by = {"proposer": admin_id, "beneficiary": lan, "relative": relative, "housemate": housemate,
          "self-declared": declared}[decider]  # fmt: skip

    decided = api.send(
        api.token(by, "city_admin", unit=CITY), "POST", f"/v1/adjustments/{proposal}/decision", {"ok": True}
    )

    assert (decided.status_code, decided.json["code"]) == (403, code)
    assert balances(api.ledger, lan.bytes)[2] == 0


def test_a_relation_that_the_beneficiary_declared_keeps_nobody_from_deciding(api: Api) -> None:
    lan, decider, proposal = api.person(), api.person(), new_id()
    api.relate(lan, decider, declared_by=lan)
    api.send(api.token(new_id(), "district_admin"), "PUT", f"/v1/adjustments/{proposal}", migration(lan))

    token = api.token(decider, "city_admin", unit=CITY)
    decided = api.send(token, "POST", f"/v1/adjustments/{proposal}/decision", {"ok": True})

    assert decided.status_code == 200, decided.json
