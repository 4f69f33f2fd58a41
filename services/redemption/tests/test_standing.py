"""What accounts tells of a caller counts from then on, whatever their token was given for."""

from typing import Any

import pytest

from libs.clock import machine_now, to_microseconds
from libs.contracts.events import accounts
from libs.ids import new_id
from services.redemption.tests.support import Bench


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Lan of k1, and an administrator who may say what she is entitled to."""
    bench.person("lan", "recipient")
    bench.person("admin", "district_admin@d1", age=42)
    return bench


def _looks_and_acts(people: Bench) -> tuple[int, int, str]:
    listed = people.send("GET", f"/v1/redemptions?unit={people.id_of('k1')}", "admin").status_code
    terms = {"person_id": str(people.id_of("lan")), "minutes": 1_800}
    acted = people.send("PUT", f"/v1/entitlements/{new_id()}", "admin", terms)
    return listed, acted.status_code, acted.get_json().get("code", "")


@pytest.mark.parametrize(
    ("role", "status", "told"),
    [
        ("district_admin@d1", "suspended", (403, 403, "person_suspended")),
        ("district_admin@d1", "deceased", (401, 401, "not_signed_in")),
        ("volunteer", "active", (403, 403, "not_authorised")),
        ("district_admin@d2", "active", (403, 403, "out_of_scope")),
    ],
)
def test_what_a_person_is_now_is_what_they_may_do(people: Bench, role: str, status: str, told: Any) -> None:
    assert _looks_and_acts(people)[:2] == (200, 200)

    people.person("admin", role, age=42, status=status)

    assert _looks_and_acts(people) == told


def test_an_erased_person_is_not_signed_in_and_somebody_not_heard_of_comes_again(people: Bench) -> None:
    people.hear(accounts.PersonState(), subject=str(people.id_of("admin")), tombstone_of=accounts.PersonState)

    unheard = people.send("GET", "/v1/redemptions", "nobody yet")

    assert _looks_and_acts(people) == (401, 401, "not_signed_in")
    assert (unheard.status_code, unheard.get_json()["code"]) == (503, "caller_not_yet_known")


def test_an_ended_session_is_not_signed_in(people: Bench) -> None:
    people.hear(
        accounts.SessionsEnded(
            person_id=str(people.id_of("admin")),
            session_ids=[str(people.id_of("session/admin"))],
            tokens_end_at_us=to_microseconds(machine_now()) + 600_000_000,
        )
    )

    assert _looks_and_acts(people) == (401, 401, "not_signed_in")
