"""No field of a request is taken and forgotten: what nobody reads is refused by name instead."""

from __future__ import annotations

import pytest

from libs.ids import new_id
from services.redemption.core import schemas as core
from services.redemption.entitlements import schemas as entitlements
from services.redemption.estates import schemas as estates
from services.redemption.gifts import schemas as gifts
from services.redemption.grants import schemas as grants
from services.redemption.requests import schemas as requests
from services.redemption.tests.support import Bench, said
from tests.support.reads import Reads

SCHEMAS = [core, requests, gifts, entitlements, grants, estates]


def test_every_field_of_a_request_is_read_by_a_use_case(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.person("min", "volunteer", age=45)
    bench.person("mum", "recipient")
    bench.relate("min", "parent", "mum")
    bench.person("coord", "coordinator@k1", age=40)
    bench.person("check", "checker@s1", age=40)
    bench.person("admin", "district_admin@d1", age=40)
    reads = Reads(monkeypatch, SCHEMAS, ("TermsSchema", "QuerySchema", "VerdictSchema"))
    mum, d1 = str(bench.id_of("mum")), str(bench.id_of("d1"))
    for_mum = {"acting_for": mum, "consent": said(), "why": "she rang"}

    bench.ask("r1", "coord", recipient="mum", payer="mum", **for_mum)
    gift = {"to": str(bench.id_of("min")), "minutes": 10} | for_mum
    bench.send("PUT", f"/v1/gifts/{bench.id_of('g1')}", "coord", gift)
    bench.send("PUT", f"/v1/donations/{bench.id_of('n1')}", "coord", {"minutes": 10} | for_mum)
    verdict = {"ok": False, "why": "no"}
    path = f"/v1/donations/{bench.id_of('n1')}/decision"
    assert bench.send("POST", path, "check", verdict, Idempotency_Key=str(new_id())).status_code == 200
    bench.send("PUT", f"/v1/grants/{bench.id_of('m1')}", "admin", {"unit_id": d1})
    bench.send("PUT", f"/v1/entitlements/{bench.id_of('e1')}", "admin", {"person_id": mum, "minutes": 1800, "why": "x"})
    bench.person("mum", "recipient", status="deceased")
    bench.send("PUT", f"/v1/estates/{bench.id_of('s1')}", "admin", {"person_id": mum, "to_person_id": None, "why": "x"})
    for query in ("redemptions", "gifts", f"grants?unit={d1}", f"entitlements/current?person={mum}", "estates"):
        bench.send("GET", f"/v1/{query}", "admin")

    assert reads.unread() == {}
