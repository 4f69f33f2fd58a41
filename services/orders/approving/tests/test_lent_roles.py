"""A deputy signs in their own name; what whoever lent the role had a hand in they do not sign."""

from __future__ import annotations

from services.orders.approving.tests.test_approving import confirmed
from services.orders.tests.harness import OrdersHarness, named


def test_whose_role_is_lent_to_a_deputy_counts_beside_the_deputy(world: OrdersHarness) -> None:
    world.person("away", roles=["coordinator@k1"])
    world.person("deputy", roles=["coordinator@k2", "coordinator@k1~away"], unit="k2")
    world.person("of_min", roles=["coordinator@k1"])
    world.person("deputy_of_min", roles=["coordinator@k2", "coordinator@k1~of_min"], unit="k2")
    world.person("signer", roles=["checker@s1"])
    world.person("deputy_of_signer", roles=["checker@s1", "checker@s1~signer"])
    world.relate("min", "sibling", "of_min")
    confirmed(world, end="D1 10:00", code=False)

    assert world.act("deputy_of_min", "r1", "approval") == "approver_related"
    assert world.act("signer", "r1", "approval") == ""
    refused = world.act("deputy_of_signer", "r1", "second-check", {"ok": True})
    assert refused == "maker_is_checker", "the role is the signer's, who has signed"
    world.person("deputy_of_signer", roles=["checker@s1"], version=2)
    assert world.act("deputy_of_signer", "r1", "second-check", {"ok": True}) == ""

    confirmed(world, "r2")
    assert world.act("deputy", "r2", "approval") == ""
    assert world.order("r2")["approvers"] == [str(named("deputy"))], "the signature is the deputy's own"
