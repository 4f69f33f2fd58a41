"""A relative with a grant to see reads her mother's wallets and statement; kinship or a grant alone opens nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from libs.clock import local_date, machine_now
from libs.ids import new_id
from libs.programme.directory.states import GrantTold
from libs.programme.directory.tables import relation
from libs.programme.known_grants import save_grant
from services.ledger.tests.stories import give
from services.ledger.tests.test_api import Api, api as api


def relate(api: Api, person: UUID, relative: UUID, **terms: object) -> None:
    """Let accounts have told of a relation."""
    from libs.db.rows import save_row

    row = {"relation_id": new_id(), "person_id": person, "relative_id": relative, "kind": "child"}
    with api.database.transaction() as connection:
        save_row(connection, relation, row | {"verified": True} | terms)


def grant(api: Api, person: UUID, relative: UUID, *acts: str, days: int = 1, active: bool = True) -> None:
    """Let accounts have told of the one grant between two people."""
    state = GrantTold(
        grant_id=UUID(int=person.int ^ relative.int),
        person_id=person,
        relative_id=relative,
        active=active,
        acts=acts,
        minutes_per_month=None,
        until=local_date(machine_now()) + timedelta(days=days),
    )
    with api.database.transaction() as connection:
        save_grant(connection, state)


def statuses(api: Api, mother: UUID, by: UUID) -> list[int]:
    """What somebody is answered about a person's wallets, one wallet, its entries, and the statement."""
    rows = api.send(api.token(mother), "GET", f"/v1/wallets?person={mother}").json["items"]
    wallet = f"/v1/wallets/{rows[0]['wallet_id']}"
    paths = [f"/v1/wallets?person={mother}", wallet, f"{wallet}/entries", f"/v1/statements?person={mother}"]
    return [api.send(api.token(by), "GET", path).status_code for path in paths]


@pytest.fixture
def mother(api: Api) -> UUID:
    """Somebody with credit."""
    mother = api.person()
    give(api.ledger, mother.bytes, earned=60)
    return mother


def test_a_daughter_with_a_grant_reads_what_it_is_about_until_it_ends(api: Api, mother: UUID) -> None:
    daughter = api.person()
    relate(api, mother, daughter)
    kin = statuses(api, mother, daughter)
    grant(api, mother, daughter, "see")
    granted = statuses(api, mother, daughter)

    grant(api, mother, daughter, "see", active=False)

    assert (kin, granted) == ([403, 404, 404, 403], [200] * 4)
    assert statuses(api, mother, daughter) == [403, 404, 404, 403]


@pytest.mark.parametrize("acts", [("ask", "confirm"), ("give",)])
def test_a_grant_about_other_things_shows_nothing(api: Api, mother: UUID, acts: tuple[str, ...]) -> None:
    daughter = api.person()
    relate(api, mother, daughter)
    grant(api, mother, daughter, *acts)

    assert statuses(api, mother, daughter) == [403, 404, 404, 403]


def test_a_grant_past_its_day_or_to_no_relative_shows_nothing(api: Api, mother: UUID) -> None:
    late, declared, friend, stranger = (api.person() for _ in range(4))
    relate(api, mother, late)
    relate(api, mother, declared, verified=False)
    relate(api, mother, friend, kind="friend")
    grant(api, mother, late, "see", days=-1)
    for other in (declared, friend, stranger):
        grant(api, mother, other, "see")

    assert [statuses(api, mother, by) for by in (late, declared, friend, stranger)] == [[403, 404, 404, 403]] * 4


def test_the_grant_opens_the_persons_wallets_and_not_the_relatives(api: Api, mother: UUID) -> None:
    daughter = api.person()
    give(api.ledger, daughter.bytes, earned=30)
    relate(api, mother, daughter)
    grant(api, mother, daughter, "see")

    assert statuses(api, daughter, mother) == [403, 404, 404, 403]
