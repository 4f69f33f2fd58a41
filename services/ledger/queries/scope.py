"""Who may see or propose what: the tree of units and people's homes, as heard from accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.errors import ForbiddenError, Refusal
from libs.http.actor import Actor
from libs.http.powers import holds, require
from libs.programme import directory
from libs.programme.known_grants import seen_by
from services.ledger.domain.errors import DistrictNotFoundError
from services.ledger.domain.wallets import PERSON_CLASSES, WalletKey
from services.ledger.messages import POWERS
from services.ledger.store import known


def path_of(connection: Connection, unit_id: UUID) -> list[UUID]:
    """The unit and all above it, up to the city; empty for one that nobody told of."""
    return directory.path_of(connection, unit_id, unknown=())


def units_below(connection: Connection, unit_id: UUID) -> list[UUID]:
    """The unit and all below it."""
    return directory.units_below(connection, [unit_id])


def path_of_district(connection: Connection, district_id: UUID) -> list[UUID]:
    """The path of a district.

    Raises:
        DistrictNotFoundError: there is none of this id.
    """
    path = path_of(connection, district_id)
    if not path:
        raise DistrictNotFoundError
    return path


def refuse_unless_may(actor: Actor, power: str, path: Iterable[UUID]) -> None:
    """Refuse unless a role of the actor that has the power reaches the place."""
    require(actor, POWERS[power], path)


def refuse_unless_holds(actor: Actor, power: str) -> None:
    """Refuse whoever has the power nowhere, before anything is looked up for them.

    Raises:
        ForbiddenError: no role of the actor has it.
    """
    if not any(held.role in POWERS[power] for held in actor.roles):
        raise ForbiddenError


def refuse_unless_may_see_person(connection: Connection, actor: Actor, person_id: UUID, *, day: date) -> None:
    """Refuse unless the actor is this person, a relative with a grant to see, or staff whose role reaches their home.

    A person who is not known (erased, or never heard of) is seen by nobody but staff of the whole city.
    """
    if actor.person_id == person_id or person_id in seen_by(connection, actor.person_id, day=day):
        return
    person = known.find_person(connection, person_id)
    path = path_of(connection, person.home_unit_id) if person else _roots(connection)
    require(actor, POWERS["view_wallets"], path)


def _roots(connection: Connection) -> list[UUID]:
    return directory.city_units(connection)


def refuse_unless_may_see_district(connection: Connection, actor: Actor, district_id: UUID) -> None:
    """Refuse unless a role of the actor reaches the district, or unit; one that does not exist is reached by nobody."""
    require(actor, POWERS["view_wallets"], path_of(connection, district_id))


def sees_district(connection: Connection, actor: Actor, district_id: UUID) -> bool:
    """Whether a role of the actor reaches the district."""
    return holds(actor, POWERS["view_wallets"], path_of(connection, district_id))


def districts_seen(connection: Connection, actor: Actor) -> list[UUID]:
    """The districts that a role of the actor reaches."""
    districts = directory.districts(connection)
    return [district_id for district_id in districts if sees_district(connection, actor, district_id)]


def may_see_wallet(connection: Connection, actor: Actor, key: WalletKey, *, day: date) -> bool:
    """Whether the actor may see a wallet: an owner their own, a relative with a grant hers, staff those in scope."""
    owner = UUID(bytes=key.owner_id)
    if key.wallet_class in PERSON_CLASSES and actor.person_id == owner:
        return True
    try:
        if key.wallet_class in PERSON_CLASSES:
            refuse_unless_may_see_person(connection, actor, owner, day=day)
        else:
            return sees_district(connection, actor, owner)
    except Refusal:
        return False
    return True


class Sight:
    """What one caller may see of wallets, looked up once for each owner."""

    def __init__(self, connection: Connection, actor: Actor, *, day: date) -> None:
        self._connection, self._actor, self._day = connection, actor, day
        self._known: dict[tuple[bytes, bool], bool] = {}

    def sees(self, key: WalletKey) -> bool:
        """Whether they may see a wallet."""
        owner = key.owner_id, key.wallet_class in PERSON_CLASSES
        if owner not in self._known:
            self._known[owner] = may_see_wallet(self._connection, self._actor, key, day=self._day)
        return self._known[owner]

    def sees_row(self, debit: WalletKey | None, credit: WalletKey | None, district_id: UUID) -> bool:
        """Whether they may see one of a row's wallets: then also what moved between them."""
        sides = [key for key in (debit, credit) if key is not None]
        if sides:
            return any(map(self.sees, sides))
        return sees_district(self._connection, self._actor, district_id)
