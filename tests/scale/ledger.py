"""Fill the database of the ledger: books, wallets, and the rows of grants, holds and settlements, each balance true.

Leaves are no hashes of the rows: nothing here is for `verify`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from libs.clock import to_microseconds
from libs.db import Database
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import WalletClass, WalletKey, wallet_id, wallet_number
from services.ledger.store.sums_store import add_up, book_behind
from tests.scale.city import DAYS_BEFORE, LISTED_EVERY, NOW, City, uid, uid_at
from tests.scale.copying import Row, copy

PERSON = "person_id, home_unit_id, district_id, status, household_verified"
WALLET = "wallet, opened_at, book, class, wallet_id, owner"
ENTRY = (
    "pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book, minutes, debit_version,"
    " credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id, actor, checker,"
    " salt, leaf_hash"
)
OWN_SERIAL, FIRST_SERIAL = 1, 10
FUNDED_MINUTES, GIVEN_MINUTES, MINUTES = 2_000_000_000, 900, 60
OPENED = NOW - timedelta(days=DAYS_BEFORE + 30)
NOBODY = str(UUID(int=0))
HELD = frozenset({"published", "taken", "finished", "confirmed", "disputed"})
OF_DISTRICT = (WalletClass.ISSUANCE, WalletClass.CLEARING, WalletClass.POOL, WalletClass.REDEEMED)


class Moved(NamedTuple):
    """What a row says, but for balances and positions."""

    debit: int
    credit: int
    minutes: int
    reason: Reason
    at: datetime
    act_id: str
    name: tuple[object, ...]


def fill(connection: psycopg.Connection[Any], city: City) -> dict[str, int]:
    """Write a city; return how many rows each table has."""
    books = [(n + 1, uid("district", n), to_microseconds(OPENED)) for n in range(city.districts)]
    people = ((city.person_ids[n], *_home(city, n), "active", False) for n in range(city.persons))
    return {
        "unit": copy(connection, "unit", "unit_id, parent_id, level, district_id", city.units()),
        "person": copy(connection, "person", PERSON, people),
        "book": copy(connection, "journal.book", "book, district_id, opened_at", books),
        "wallet": copy(connection, "journal.wallet", WALLET, _wallets(city)),
        "entry": copy(connection, "journal.entry", ENTRY, _entries(city)),
    }


def is_key_elder(city: City, person: int) -> bool:
    """Tell whom the programme grants minutes every month; others were given theirs."""
    return not city.is_volunteer(person) and person // city.communities % LISTED_EVERY == 1


def _home(city: City, person: int) -> tuple[UUID, UUID]:
    community = city.community_of(person)
    return uid("community", community), city.district_id(community)


def _book(city: City, person: int) -> int:
    return city.district_of(city.community_of(person)) + 1


def wallet_of(city: City, person: int, *, is_held: bool = False) -> int:
    """Return the number of the wallet into which somebody earns, or out of which they spend."""
    if city.is_volunteer(person):
        wallet_class = WalletClass.EARNED
    elif is_key_elder(city, person):
        wallet_class = WalletClass.GRANTED_HELD if is_held else WalletClass.GRANTED
    else:
        wallet_class = WalletClass.RECEIVED_HELD if is_held else WalletClass.RECEIVED
    return wallet_number(book=_book(city, person), serial=FIRST_SERIAL + person, wallet_class=wallet_class)


def _own(book: int, wallet_class: WalletClass) -> int:
    return wallet_number(book=book, serial=OWN_SERIAL, wallet_class=wallet_class)


def _wallets(city: City) -> Iterator[Row]:
    opened = to_microseconds(OPENED)
    for n in range(city.districts):
        district = uid("district", n)
        for wallet_class in OF_DISTRICT:
            public = wallet_id(WalletKey(district.bytes, district.bytes, wallet_class)).hex()
            yield _own(n + 1, wallet_class), opened, n + 1, int(wallet_class), public, district
    for n in range(city.persons):
        district, owner, book = city.district_id(city.community_of(n)), city.person_ids[n], _book(city, n)
        for is_held in (False,) if city.is_volunteer(n) else (False, True):
            number = wallet_of(city, n, is_held=is_held)
            wallet_class = WalletClass(number & 15)
            public = wallet_id(WalletKey(district.bytes, UUID(owner).bytes, wallet_class)).hex()
            yield number, opened, book, int(wallet_class), public, owner


def _moved(city: City) -> Iterator[Moved]:
    for n in range(city.districts):
        issuance, pool = (_own(n + 1, of) for of in (WalletClass.ISSUANCE, WalletClass.POOL))
        yield Moved(issuance, pool, FUNDED_MINUTES, Reason.POOL_FUNDED, OPENED, NOBODY, ("funded", n))
    for n in range(city.persons):
        if not city.is_volunteer(n):
            reason = Reason.GRANT if is_key_elder(city, n) else Reason.GIFT
            pool = _own(_book(city, n), WalletClass.POOL)
            yield Moved(pool, wallet_of(city, n), GIVEN_MINUTES, reason, OPENED, NOBODY, ("given", n))
    for n in range(city.orders):
        yield from _moved_for(city, n)


def _moved_for(city: City, n: int) -> Iterator[Moved]:
    (recipient, volunteer), state, act = city.pair(n), city.state_of(n), city.order_ids[n]
    at, to = min(city.start_of(n) + timedelta(days=1), NOW), wallet_of(city, volunteer)
    if city.funding_of(n) == "programme":
        if state == "settled":
            issuance = _own(_book(city, volunteer), WalletClass.ISSUANCE)
            yield Moved(issuance, to, MINUTES, Reason.HOURS_APPROVED, at, act, ("hours", n))
    elif state in HELD or state == "settled":
        twin = wallet_of(city, recipient, is_held=True)
        yield Moved(wallet_of(city, recipient), twin, MINUTES, Reason.HOLD, at, act, ("hold", n))
        if state == "settled":
            yield Moved(twin, to, MINUTES, Reason.REDEMPTION_CAPTURED, at, act, ("capture", n))


def _entries(city: City) -> Iterator[Row]:
    positions: dict[int, int] = defaultdict(int)
    versions: dict[int, int] = defaultdict(int)
    balances: dict[int, int] = defaultdict(int)
    for row in _moved(city):
        book, at = row.debit >> 36, to_microseconds(row.at)
        positions[book] += 1
        for wallet, change in ((row.debit, -row.minutes), (row.credit, row.minutes)):
            versions[wallet] += 1
            balances[wallet] += change
        request = uid_at(row.at, *row.name)
        leaf = hashlib.sha256(request.bytes).digest()
        yield (
            positions[book], row.debit, row.credit, balances[row.debit], balances[row.credit], at, at, book,
            row.minutes, versions[row.debit], versions[row.credit], 1, int(row.reason), 0, 0, 1, 0, request, request,
            row.act_id, NOBODY, NOBODY, request, leaf,
        )  # fmt: skip


def add_all_up(url: str) -> int:
    """Add the rows up as the runner of what is due does, each chunk in a transaction; return how many there were."""
    database, chunks = Database(url), 0
    while True:
        with database.transaction() as connection:
            book = book_behind(connection)
            if book is None:
                break
            add_up(connection, book)
            chunks += 1
    database.dispose()
    return chunks
