"""Every operation by every role: who may is written down in matrix.yaml, and a route without an entry fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from libs.ids import id_from_cause
from tests.attacks.city import WHO, City, open_city
from tests.attacks.pending import make_pending
from tests.attacks.requests import Values, operations, request_of

MATRIX = Path(__file__).parent / "matrix.yaml"
HEAD = """\
# Who may what: each operation of the platform's document, asked by each role about an elder, a volunteer, an order and
# papers of one community. `allowed` is everything that is not a matter of permission. Read by test_matrix.py, which
# fails for a route without an entry, and for one that answers a role otherwise.
"""
NOBODY = "nobody"
ROLES = (NOBODY, *WHO)
TARGET: tuple[str, ...] = (
    "/roles/",
    "/suspension",
    "/reinstatement",
    "/move",
    "/erasure",
    "/details",
    "/qualifications",
    "/deaths/",
)
TARGET += ("/identity-sightings/", "/phone-changes/", "/phone-number/", "/second-factor-resets/")
"""What changes a person is done to one of whom nothing else is asked."""
ENDING = ("/answer", "/refusal", *TARGET[1:5], "/confirmation", "/decision", "/deaths/{death_id}", "/{deputyship_id}")
LAST = "POST /v1/persons/{person_id}/erasure"
NOT_ASKED = {
    "POST /v1/sessions",
    "POST /v1/sign-in-codes",
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/me/password",
    "POST /v1/me/devices/{key_id}/revocation",
    "POST /v1/sessions/refresh",
    "POST /v1/sessions/requests",
    "POST /v1/sessions/requests/result",
    "POST /v1/sessions/second-factor",
    "POST /v1/me/second-factor",
    "POST /v1/me/second-factor/first-code",
    "POST /v1/me/second-factor/recovery-codes",
    "POST /v1/me/second-factor/removal",
}
"""They begin or end sessions, devices, or second factors, of whoever asks."""
Found = dict[str, dict[str, str]]


def played(city: City) -> Found:
    """Ask every operation as every role, those that end something last; return what came."""
    values = _values(city, make_pending(city))
    described = [one for one in operations(city.document) if one[0] not in NOT_ASKED]
    described.sort(key=lambda one: (one[0].endswith(ENDING), one[0] == LAST))
    return {
        name: {role: _asked(city, name, operation, values, role) for role in ROLES} for name, operation in described
    }


def _asked(city: City, name: str, operation: Mapping[str, Any], values: Values, role: str) -> str:
    sent = request_of(city.document, name, operation, values)
    signed_in = None if role == NOBODY else role
    answer = city.ask(sent.method, sent.path, role=signed_in, body=sent.body, headers=dict(sent.headers))
    assert answer.status < 500, (name, role, answer.data)
    if answer.status in (401, 403):
        return str(answer.json()["code"])
    return "not_found" if answer.status == 404 else "allowed"


def _values(city: City, pending: Mapping[str, str]) -> Values:
    day, instant = city.world.story.day("D2").isoformat(), city.world.story.instant("D20 10:00").isoformat()
    ids = city.ids | {
        "recipient_id": city.ids["person"],
        "volunteer_id": city.world.id_of("min"),
        "relative_id": city.world.id_of("ann"),
        "leader_id": city.world.id_of("min"),
        "home_unit_id": city.world.unit_of("k1"),
        "parent_id": city.world.unit_of("s1"),
        "cause_id": city.world.id_of("start/lan/earned"),
        "to": city.world.id_of("min"),
        "proposal_id": pending["adjustment"],
        "policy_id": pending["policy"],
        "entitlement_id": pending["entitlement"],
        "record_id": pending["service_record"],
        "finding_id": pending["assessment"],
        "visit_id": pending["visit"],
        "stop_id": pending["stop"],
        "notice_id": pending["notice"],
        "PUT /v1/volunteer-stops/{stop_id} volunteer_id": city.world.id_of("tar"),
        "death_id": pending["death"],
        "range_id": pending["slips"],
        "certificate_id": pending["certificate"],
        "list_number": "0",
        "complaint_id": pending["complaint"],
        "application_id": pending["application"],
        "admission_id": pending["admission"],
        "relation_id": pending["relation"],
        "POST /v1/hardships/{finding_id}/confirmation finding_id": pending["hardship"],
        "GET /v1/reversals/{proposal_id} proposal_id": pending["reversal"],
        "POST /v1/reversals/{proposal_id}/decision proposal_id": pending["reversal"],
        "request_id": pending["gift"],
        "incident_id": pending["incident"],
        "POST /v1/incidents/{incident_id}/step-outcome incident_id": pending["welfare"],
        "POST /v1/welfare-checks/{incident_id}/acknowledgement incident_id": pending["welfare"],
        "entry_id": pending["duty"],
        "GET /v1/duty-roster/gaps from": "2026-03-20T00:00:00Z",
        "GET /v1/duty-roster/gaps to": "2026-03-21T00:00:00Z",
        "group_id": pending["group"],
        "close_id": pending["close"],
        "import_id": pending["import"],
        "grant_id": pending["grant"],
        "POST /v1/persons/{person_id}/roles/{grant_id}/decision grant_id": pending["role"],
        "change_id": pending["number"],
        "deputyship_id": pending["deputyship"],
        "grant": pending["role_of_coordinator"],
        "PUT /v1/deputies/{deputyship_id} grant_id": pending["role_of_coordinator"],
        "PUT /v1/deputies/{deputyship_id} deputy_id": city.world.id_of("coord_k2"),
        "PUT /v1/handovers/{handover_id} from_id": city.world.id_of("tar"),
        "PUT /v1/handovers/{handover_id} to_id": city.world.id_of("min"),
        "GET /v1/donations/{request_id} request_id": pending["donation"],
        "POST /v1/donations/{request_id}/decision request_id": pending["donation"],
    }
    words = _words(city, day, instant)
    rounds = ("GET /v1/rounds/{order_id}", "POST /v1/rounds/{order_id}/stops/{stop_id}/tick")
    ids |= {f"{name} order_id": pending["round"] for name in rounds}
    ids[f"{rounds[1]} stop_id"] = str(id_from_cause(UUID(pending["round"]), "stop", city.ids["person"]))
    changing = [name for name, _ in operations(city.document) if _changes_a_person(name)]
    ids |= {f"{kind}_id": pending[kind] for kind in ("activity", "count", "series", "venue")}
    ids |= dict.fromkeys([f"{name} person_id" for name in changing], city.world.id_of("tar"))
    return _of_catalogue(Values(ids, words), pending["catalogue"])


def _words(city: City, day: str, instant: str) -> dict[str, Any]:
    said_at = city.world.story.instant("D2 15:00").isoformat()
    consent = {"how": "phone", "given_at": said_at, "words": "please do it for me"}
    far_off = city.world.story.day("D60").isoformat()
    return {
        "born": "1950-01-01", "died": day, "served_on": day, "effective": "2099-01-01", "until": "2026-12-31",
        "start": instant, "comes": instant,
        "served": city.world.story.instant("D1 10:00").isoformat(), "month": "2026-02",
        "PUT /v1/orders/{order_id} funding": "programme", "POST /v1/matches/plan day": day,
        "PUT /v1/venues/{venue_id}/counts/{count_id} day": day,
        "begins_on": far_off, "ends_on": far_off, "on": day,
        "POST /v1/applications/{application_id}/identity kind": "resident",
        "service": "A7", "from": 1000, "POST /v1/orders/{order_id}/offers to": city.world.id_of("min"),
        "PUT /v1/duty-roster/{entry_id} from": instant,
        "PUT /v1/duty-roster/{entry_id} until": city.world.story.instant("D20 18:00").isoformat(),
        "PUT /v1/series/{series_id} from": far_off, "POST /v1/series/{series_id}/preview from": far_off,
        "POST /v1/series/{series_id}/change from": far_off, "time": "06:30", "weekdays": [3],
        "POST /v1/series/{series_id}/preview +": ["time"], "POST /v1/series/{series_id}/change +": ["time"],
        "PUT /v1/slips/{range_id} to": 1009, "names": {"zh": "新"}, "level": "service_point", "consent": consent,
        "role": "coordinator", "PUT /v1/adjustments/{proposal_id} +": ["person_id", "scan"], "kind": "child",
        "PUT /v1/adjustments/{proposal_id} kind": "migration", "slip": 1001,
        "PUT /v1/venues/{venue_id} kind": "canteen", "PUT /v1/incidents/{incident_id} kind": "urgent_call",
        "ok": False, "upheld": False, "why": "no",
        "PUT /v1/incidents/{incident_id} +": ["person_id"], "PUT /v1/complaints/{complaint_id} about": "other",
    }  # fmt: skip


def _of_catalogue(values: Values, proposal_id: str) -> Values:
    """Return the values with those of the catalogue's proposals: its ids and words are others than elsewhere."""
    path = "/v1/catalogue-items/proposals/{proposal_id}"
    ids = {f"{name} proposal_id": proposal_id for name in (f"GET {path}", f"POST {path}/decision")}
    words = {f"PUT {path} {name}": value for name, value in {"code": "B1", "persons": 1}.items()}
    return Values({**values.ids, **ids}, {**values.words, **words})


def _changes_a_person(name: str) -> bool:
    return "/v1/persons/{person_id}/" in name and not name.startswith("GET ") and any(one in name for one in TARGET)


def compact(found: Found) -> str:
    """Return the matrix as it is written down: per operation, per outcome, the roles."""
    lines = [HEAD]
    for name in sorted(found, key=lambda one: (one.split()[1], one)):
        outcomes: dict[str, list[str]] = {}
        for role, outcome in found[name].items():
            outcomes.setdefault(outcome, []).append(role)
        lines.append(f"{name}:")
        lines += [f"  {outcome}: [{', '.join(outcomes[outcome])}]" for outcome in sorted(outcomes)]
    return "\n".join(lines) + "\n"


def written() -> Found:
    """Return what is written down."""
    content = yaml.safe_load(MATRIX.read_text("utf-8"))
    return {
        name: {role: outcome for outcome, roles in outcomes.items() for role in roles}
        for name, outcomes in content.items()
    }


@pytest.fixture(scope="module")
def own_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city of its own: what is allowed is done."""
    with open_city(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


def test_everybody_may_what_is_written_and_nothing_else(own_city: City) -> None:
    wanted, found = written(), played(own_city)

    assert found.keys() - wanted.keys() == set(), "a new route needs an entry"
    assert wanted.keys() - found.keys() == set(), "an entry without a route"
    wrong = [
        f"{name} by {role}: {outcome}, written {wanted[name].get(role)}"
        for name, outcomes in found.items()
        for role, outcome in outcomes.items()
        if outcome != wanted[name].get(role)
    ]
    assert wrong == []


def test_nobody_may_anything_but_what_is_public() -> None:
    open_to_all = {name for name, outcomes in written().items() if outcomes[NOBODY] != "not_signed_in"}

    assert open_to_all == {
        "GET /.well-known/jwks.json",
        "GET /v1/applications/privacy-text",
        "POST /v1/applications/codes",
        "POST /v1/applications/own",
        "POST /v1/applications/tickets",
        "POST /v1/applications/withdrawal",
        "POST /v1/gateway/receipts",
        "PUT /v1/applications/{application_id}",
        "GET /v1/catalogue-items",
        "GET /v1/catalogue-items/versions",
        "GET /v1/certificates/status/{list_number}",
        "GET /v1/certificates/trust",
        "GET /v1/logs",
        "GET /v1/logs/{district_id}/checkpoint",
        "GET /v1/logs/{district_id}/tile/{tile}",
        "GET /v1/logs/{district_id}/trust",
        "GET /v1/organisation-units",
        "GET /v1/organisation-units/{unit_id}",
        "GET /v1/policies/current",
        "GET /v1/policies/parameters",
        "GET /v1/supply",
        "GET /v1/supply/months",
    }
