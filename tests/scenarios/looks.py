"""How each expectation is looked up. Returns what the platform says, in the form of the file, for comparison."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.scenarios.client import ApiCall, PlatformError
from tests.scenarios.verbs_at_venues import activity, counts, meals
from tests.scenarios.verbs_on_series import series, touches
from tests.scenarios.world import VERSIONS_BEFORE, A, World

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify" / "verify.py"
RECEIPT_SECONDS = 120
CLASSES = ("earned", "granted", "received")
Look = Callable[[World, str, Any], Any]


def order_state(world: World, label: str, expected: Any) -> Any:
    return order(world, label)["state"]


def told(world: World, label: str, expected: Any) -> Any:
    """Return what the recipient of an order was told of it, first to last."""
    rows = world.client.items(world.login(world.recipients[label]), "/v1/me/notices")
    mine = [row for row in rows if row["order_id"] == world.id_of(label) and row["state"] != "dropped"]
    return [row["purpose"] for row in reversed(mine)]


def order(world: World, label: str) -> dict[str, Any]:
    document: dict[str, Any] = world.client.get(A, f"/v1/orders/{world.id_of(label)}")
    return document


def terms(world: World, label: str, expected: dict[str, Any]) -> Any:
    document = order(world, label)
    first: dict[str, Any] = next(iter(document["volunteers"]), {})
    return {name: first[name] if name == "ticked" else document[name] for name in expected}


def redemption(world: World, label: str, expected: Any) -> Any:
    return world.client.get(A, f"/v1/redemptions/{world.id_of(label)}")["state"]


def wallets(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = world.client.items(A, "/v1/wallets", person=world.id_of(label))
    sums = {name: sum(row["balance_minutes"] for row in found if row["class"] == name) for name in CLASSES}
    held = {name: sum(row["held_minutes"] for row in found if row["class"] == name) for name in CLASSES}
    total_held = sum(held.values())
    known = {**sums, "held": total_held, "available": sum(sums.values()) - total_held}
    known["held_from"] = {name: minutes for name, minutes in held.items() if minutes}
    return {name: known[name] for name in expected}


def districts(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = {row["class"]: row for row in world.client.items(A, "/v1/wallets", district=world.unit_of(label))}
    known = {
        name: found.get(name, {}).get("balance_minutes", 0) for name in ("issuance", "pool", "redeemed", "clearing")
    }
    known["pool_held"] = found.get("pool", {}).get("held_minutes", 0)
    return {name: known[name] for name in expected}


def service_time(world: World, label: str, expected: Any) -> Any:
    found = world.client.get(A, "/v1/service-records", person=world.id_of(label))
    known = {name: found[f"{name}_minutes"] for name in ("total", "verified", "attested")}
    return {name: known[name] for name in expected} if isinstance(expected, dict) else known["total"]


def flags(world: World, label: str, expected: Any) -> Any:
    return sorted(order(world, label)["flags"])


def assigned(world: World, label: str, expected: Any) -> Any:
    return sorted(_labels(world, (row["person_id"] for row in order(world, label)["volunteers"])))


def offered(world: World, label: str, expected: Any) -> Any:
    to = order(world, label)["offered_to"]
    return _labels(world, [to])[0] if to else None


def queue(world: World, label: str, expected: Any) -> Any:
    rows = world.client.items(A, f"/v1/queues/{label}", unit=world.unit_of("city"))
    return sorted(_labels(world, (row.get("order_id") or row["incident_id"] for row in rows)))


def statement(world: World, label: str, expected: dict[str, Any]) -> Any:
    since = world.story.instant("D1").isoformat().replace("+00:00", "Z")
    found = world.client.get(A, "/v1/statements", person=world.id_of(label), from_=since)
    reasons = [line["reason"] for line in found["lines"]]
    known = {
        "opening": found["opening_minutes"],
        "closing": found["closing_minutes"],
        "lines": len(reasons),
        "reasons": reasons,
    }
    return {name: known[name] for name in expected}


def visits(world: World, label: str, expected: dict[str, Any]) -> Any:
    month = expected.get("month")
    found = world.client.get(A, "/v1/indicators/visits", unit=world.unit_of(label), month=month)
    known = {**found, "overdue": sorted(_labels(world, found["overdue"]))}
    return {name: known[name] for name in expected}


def figures(world: World, label: str, expected: dict[str, Any]) -> Any:
    of = {"unit": world.unit_of(label), "month": expected["month"]}
    (month,) = world.client.get(A, "/v1/indicators", **of)["items"]
    found: dict[str, Any] = {"month": month["month"]}
    for figure in month["figures"]:
        name = figure["indicator"]
        if name in expected:
            rows = world.client.items(A, "/v1/indicators/rows", indicator=name, **of)
            found[name] = [figure["value"], len(rows)] if len(rows) == figure["rows"] else figure
    return found


def credit_figures(world: World, label: str, expected: dict[str, Any]) -> Any:
    of = {"unit": world.unit_of(label), "month": expected["month"]}
    answer = world.client.get(A, "/v1/supply/figures", **of)
    shown: dict[str, Any] = {"month": answer["month"]}
    for figure in answer["figures"]:
        name = figure["figure"]
        if name in expected:
            rows = world.client.items(A, "/v1/supply/figures/rows", figure=name, **of)
            counted = [sum(row["minutes"] for row in rows), len(rows)]
            shown[name] = counted if counted == [figure["minutes"], figure["rows"]] else figure
    return shown


def policy_version(world: World, label: str, expected: Any) -> Any:
    return order(world, label)["policy_version"] - VERSIONS_BEFORE


def fallback(world: World, label: str, expected: Any) -> Any:
    return order(world, label)["fallback"]


def star(world: World, label: str, expected: Any) -> Any:
    return world.client.get(A, "/v1/service-records", person=world.id_of(label))["star"]


def marks(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = world.client.get(A, "/v1/service-records", person=world.id_of(label))["marks"]
    return {name: found[name] for name in expected}


def entitlement(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = world.client.get(A, "/v1/entitlements/current", person=world.id_of(label))
    return {name: found[f"{name}_minutes"] for name in expected}


def recovery_due(world: World, label: str, expected: Any) -> Any:
    return world.client.get(A, "/v1/recoveries", person=world.id_of(label))["due_minutes"]


def imported(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = world.client.get(A, f"/v1/imports/{world.id_of(label)}")
    known = {"accepted": found["accepted"], "refused": {row["row"]: row["code"] for row in found["refused"]}}
    return {name: known[name] for name in expected}


def person(world: World, label: str, expected: Any) -> Any:
    return world.client.get(A, f"/v1/persons/{world.id_of(label)}")["status"]


def certificate(world: World, label: str, expected: dict[str, Any]) -> Any:
    found = world.client.get(A, f"/v1/certificates/{world.id_of(label)}")
    listed = world.client.items(A, "/v1/certificates", person=found["person_id"])
    is_listed = found["certificate_id"] in {row["certificate_id"] for row in listed}
    known = {"minutes": found["minutes"], "verifies": found["verifies"] and is_listed}
    return {name: known[name] for name in expected}


def incident(world: World, label: str, expected: Any) -> Any:
    return world.client.get(A, f"/v1/incidents/{world.id_of(label)}")["state"]


def calling(world: World, label: str, expected: dict[str, Any]) -> Any:
    document = world.client.get(A, f"/v1/incidents/{world.id_of(label)}")
    shown = {
        "state": document["calling"]["state"],
        "dial": document["calling"]["dial"],
        "told": _labels(world, (ring["person_id"] for ring in document["rings"])),
        "answered_by": _labels(world, [document["answered_by"]])[0],
    }
    return {name: shown[name] for name in expected}


def welfare(world: World, label: str, expected: dict[str, Any]) -> Any:
    """Show how far a welfare check has come, and who was told of its present step, in the order of their labels."""
    document = world.client.get(A, f"/v1/incidents/{world.id_of(label)}")
    step = document["welfare"]["steps"][-1]
    shown = {
        "state": document["welfare"]["state"],
        "rung": document["welfare"]["rung"],
        "told": sorted(set(_labels(world, step["told_ids"])) & set(world.story.people)),
        "above": sorted(set(_labels(world, step["above_ids"])) & set(world.story.people)),
        "ending": document["ending"],
    }
    return {name: shown[name] for name in expected}


def receipt(world: World, label: str, expected: Any) -> Any:
    """Fetch the receipt of the last transfer a label caused and have the offline verifier judge it."""
    rows = world.client.items(A, "/v1/transfers", cause=world.id_of(label))
    text = _sealed_receipt(world, rows[-1]["transfer_id"])
    trust = world.client.get(A, f"/v1/logs/{rows[-1]['district_id']}/trust")
    with tempfile.TemporaryDirectory() as folder:
        proof, keys = Path(folder) / "receipt.tlog-proof", Path(folder) / "trust.txt"
        proof.write_text(text, encoding="utf-8")
        keys.write_text(trust if isinstance(trust, str) else trust["text"], encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [sys.executable, "-I", str(VERIFIER), str(proof), str(keys)]
        judged = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return "verifies" if judged.returncode == 0 else judged.stdout + judged.stderr


def _sealed_receipt(world: World, transfer_id: str) -> str:
    end = time.monotonic() + RECEIPT_SECONDS
    while time.monotonic() < end:
        status, document = world.client.send(ApiCall(A, "GET", f"/v1/receipts/{transfer_id}"))
        if status == 200:
            return str(document)
        time.sleep(0.2)
    raise PlatformError(f"no receipt of {transfer_id} within {RECEIPT_SECONDS} s: {status} {document}")


def _labels(world: World, ids: Any) -> list[str]:
    names = {str(identity): label for label, identity in world.ids.items()}
    return [names.get(str(identity), str(identity)) for identity in ids]


BY_LABEL: dict[str, Look] = {
    "order": order_state,
    "terms": terms,
    "redemption": redemption,
    "wallets": wallets,
    "districts": districts,
    "service_time": service_time,
    "flags": flags,
    "assigned": assigned,
    "offered": offered,
    "queue": queue,
    "told": told,
    "statement": statement,
    "visits": visits,
    "figures": figures,
    "credit_figures": credit_figures,
    "policy_version": policy_version,
    "fallback": fallback,
    "star": star,
    "marks": marks,
    "entitlement": entitlement,
    "recovery_due": recovery_due,
    "import": imported,
    "person": person,
    "certificate": certificate,
    "incident": incident,
    "calling": calling,
    "welfare": welfare,
    "series": series,
    "activity": activity,
    "meals": meals,
    "counts": counts,
    "touches": touches,
    "receipt": receipt,
}
UNORDERED = {"flags", "assigned", "queue", "listed"}


def look(world: World, expected: dict[str, Any]) -> list[str]:
    """Return what differs from an `expect` step, a line each; empty when all is as expected."""
    wrong = []
    for key, wanted in expected.items():
        for label, value, found in _found(world, key, wanted):
            if _plain(key, value) != _plain(key, found):
                wrong.append(f"{key} {label}: expected {value}, found {found}")
    return wrong


def _found(world: World, key: str, wanted: Any) -> Any:
    if key == "listed":
        rows = world.client.items(A, "/v1/orders", state="published", unit=world.unit_of("city"))
        return [("", wanted, _labels(world, (row["order_id"] for row in rows)))]
    if key == "events":
        counts = world.client.settle(world.story.instant("D1"))
        return [(name, count, counts.get(name, 0)) for name, count in wanted.items()]
    if key == "sum":
        return [("", wanted, sum(row["balance_minutes"] for row in all_wallets(world)))]
    return [(label, value, BY_LABEL[key](world, label, value)) for label, value in wanted.items()]


def _plain(key: str, value: Any) -> Any:
    if key in UNORDERED and isinstance(value, list):
        return sorted(value)
    return (
        {k: sorted(v) if isinstance(v, list) and k == "overdue" else v for k, v in value.items()}
        if isinstance(value, dict)
        else value
    )


def all_wallets(world: World) -> list[dict[str, Any]]:
    """Return every wallet of every district."""
    return world.client.items(A, "/v1/wallets", unit=world.unit_of("city"))


def invariants(rows: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with the books: they sum to 0, nobody is below 0, nothing held beyond the balance."""
    wrong = [] if sum(row["balance_minutes"] for row in rows) == 0 else ["the wallets do not sum to 0"]
    for row in rows:
        if row.get("person_id") and row["balance_minutes"] < 0:
            wrong.append(f"wallet {row['wallet_id']} is below 0: {row['balance_minutes']}")
        if row["held_minutes"] > max(row["balance_minutes"], 0) and row["class"] not in ("issuance", "clearing"):
            wrong.append(f"wallet {row['wallet_id']} holds {row['held_minutes']} of {row['balance_minutes']}")
    return wrong
