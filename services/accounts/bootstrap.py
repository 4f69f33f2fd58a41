"""The composition root: the only place where the parts of accounts are put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from flask import Flask

from libs.bus import FACTS_KEPT_DAYS, Topic
from libs.clock import Clock, machine_now, monotonic
from libs.db import Database
from libs.http import Service, Verifier, create_service_app
from libs.http.gate import Gate
from libs.http.waiting import Waiters
from libs.roles import ServiceParts, ServiceProgram
from libs.wake import waker
from services.accounts.applications.api import desk as applications, public as applying
from services.accounts.applications.api.public import ApplyingParts
from services.accounts.applications.gateways import read_privacy_text
from services.accounts.applications.usecases.prove_number import make_proving_code
from services.accounts.complaints import api as complaints
from services.accounts.consumers import consumers
from services.accounts.core.edge import Parts
from services.accounts.core.gateways.choosing import sender_of
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.messages import FACTS, STATES
from services.accounts.core.refusals import TwoAdministratorsNeededError
from services.accounts.core.store.directory import DIRECTORY
from services.accounts.core.store.index_keys import IndexKeyError, create_index_key_file
from services.accounts.core.store.index_store import IndexStore, refuse_unfitting, texts_of
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault, create_master_key_file
from services.accounts.deaths import api as deaths
from services.accounts.deputies import api as deputies
from services.accounts.due import create_run_due, next_due, run_due
from services.accounts.erasure import api as erasure
from services.accounts.erasure.gateways import ended_on_broker
from services.accounts.erasure.store import erasure_decided
from services.accounts.erasure.usecases import end_again, ended_persons
from services.accounts.groups import api as groups
from services.accounts.handovers import api as handovers
from services.accounts.imports import api as imports
from services.accounts.imports.api import row_loader
from services.accounts.imports.importer import Importer
from services.accounts.imports.store import oldest_unfinished
from services.accounts.imports.usecases.import_people import WrongRow
from services.accounts.notices.api import notices, receipts
from services.accounts.notices.store import forget_old_notices
from services.accounts.numbers import api as numbers
from services.accounts.organisation import api as units
from services.accounts.organisation.usecases.found_city import (
    CITY_ID,
    HARNESS_IDS,
    HARNESS_PASSWORD,
    CityNames,
    add_administrator,
    ensure_city,
    ensure_harness,
    found_administrators,
)
from services.accounts.persons.api import details, me, names, persons, photos
from services.accounts.persons.usecases.register_person import Registration
from services.accounts.policies import api as policies
from services.accounts.policies.gateways import read_rule_book
from services.accounts.privacy import api as privacy
from services.accounts.privacy.store import keep_months_of_views
from services.accounts.recipients import api as recipients
from services.accounts.relations.api import grants, relations
from services.accounts.roles.api import powers, roles
from services.accounts.settings import Settings, city_names
from services.accounts.sign_in.api import devices, requests, resets, second_factor, sessions
from services.accounts.sign_in.api.sessions import SignInParts
from services.accounts.sign_in.gateways.code_desk import CodeDesk
from services.accounts.sign_in.store.session_store import SessionStore, is_anything_sealed
from services.accounts.sign_in.usecases.change_signing_keys import ensure_signing_key, rotate_signing_key, usable_keys
from services.accounts.sign_in.usecases.send_code import make_code
from services.accounts.sign_in.usecases.sign_in import sign_for_person
from services.accounts.volunteers import api as volunteers

BLUEPRINTS = (
    sessions.blueprint, devices.blueprint, requests.blueprint, second_factor.blueprint, resets.blueprint,
    me.blueprint, units.blueprint, policies.blueprint, persons.blueprint, names.blueprint, photos.blueprint,
    volunteers.blueprint, roles.blueprint, deputies.blueprint, handovers.blueprint, numbers.blueprint,
    notices.blueprint, receipts.blueprint, relations.blueprint, recipients.blueprint, privacy.blueprint,
    deaths.blueprint, grants.blueprint, groups.blueprint, erasure.blueprint, imports.blueprint, details.blueprint,
    powers.blueprint, complaints.blueprint, applying.blueprint, applications.blueprint,
)  # fmt: skip
MIGRATIONS = Path(__file__).parent / "migrations"
TOPICS = [Topic(FACTS, retention_days=FACTS_KEPT_DAYS), Topic(STATES, compacted=True)]
DEMO_MEMORY_KIB = 1024
DEMO_PASSES = 1
TOKENS_KEPT_SECONDS = 300
SIGN_INS_AT_ONCE, SIGN_INS_WAITING_MAX, SIGN_IN_WAIT_SECONDS = 4, 4, 1.0
REWRAPPED_PER_TRANSACTION_MAX = 200
REINDEXED_PER_TRANSACTION_MAX = 100


def create_database(settings: Settings) -> Database:
    """Return the pool of connections of one process."""
    wake = waker(settings.wake_port) if settings.wake_port else None
    return Database(
        settings.database_url,
        pool_max=settings.pool_max,
        application_name="accounts",
        wake=wake,
        pooled=settings.pooled,
    )


def create_app(settings: Settings, *, clock: Clock, database: Database | None = None) -> Flask:
    """Return accounts' HTTP application; the first one on an empty database begins the city and makes the first key."""
    connections = database or create_database(settings)
    vault = open_vault(settings, connections)

    def decided(ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
        with connections.reading() as connection:
            return erasure_decided(connection, ids)

    sender = sender_of(settings)

    def send_code(login: str, now: datetime) -> None:
        with connections.transaction() as connection:
            made = make_code(SealedStore(connection, vault), login=login, digest=vault.digest, now=now)
        if made is not None and sender is not None:
            sender.send(phone_number=made.phone_number, code=made.code, now=now)

    def send_proving_code(number: str, now: datetime) -> None:
        with connections.transaction() as connection:
            made = make_proving_code(SealedStore(connection, vault), number=number, digest=vault.digest, now=now)
        if made is not None and sender is not None:
            sender.send(phone_number=made.phone_number, code=made.code, now=now)

    parts = Parts(
        vault=vault,
        passwords=create_passwords(settings),
        codes=sender,
    )
    sign_in = SignInParts(
        code_desk=CodeDesk(send_code) if sender is not None else None,
        is_factor_required=settings.asks_staff_for_second_factor,
        sign_ins=Gate(places=SIGN_INS_AT_ONCE, waiting_max=SIGN_INS_WAITING_MAX, wait_seconds=SIGN_IN_WAIT_SECONDS),
    )
    proving = ApplyingParts(code_desk=CodeDesk(send_proving_code) if sender is not None else None)
    of_features = (sign_in, proving, read_privacy_text(), read_rule_book(), Waiters(decided), receipts.door_of(sender))
    begin(settings, connections, parts, clock=clock)

    def keys() -> Mapping[str, bytes]:
        with connections.reading() as connection:
            usable = usable_keys(SealedStore(connection, vault), now=machine_now())
        return {key.key_id: key.public_key for key in usable}

    return create_service_app(
        service=Service(
            name="accounts",
            database=connections,
            clock=clock,
            directory=DIRECTORY,
            migrations=MIGRATIONS,
            parts={"accounts": parts} | {type(one).__name__: one for one in of_features},
        ),
        blueprints=BLUEPRINTS,
        verifier=Verifier(keys),
        title="accounts: who people are and what they may do",
        trusted_proxies=settings.trusted_proxies,
    )


def create_passwords(settings: Settings) -> Passwords:
    """Return the hasher; a demonstration with hundreds of invented people does not pay the full price of each."""
    return Passwords(memory_kib=DEMO_MEMORY_KIB, passes=DEMO_PASSES) if settings.demo else Passwords()


def open_vault(settings: Settings, database: Database) -> Vault:
    """Return the vault; a new platform gets a new master key, one that has people must be given its own.

    Raises:
        MasterKeyError: the file is missing though people are sealed with it, is readable by others, or holds keys that
            do not fit the database.
    """
    if not settings.master_key_file.exists():
        with database.reading() as connection:
            is_new = not is_anything_sealed(connection)
        if is_new:
            if settings.index_key_file is not None and not settings.index_key_file.exists():
                create_index_key_file(settings.index_key_file)
            create_master_key_file(settings.master_key_file)
    vault = Vault.read(settings.master_key_file, settings.index_key_file)
    with database.reading() as connection:
        refuse_unfitting(connection, vault)
    return vault


def begin(settings: Settings, database: Database, parts: Parts, *, clock: Clock) -> None:
    """Make what must be there before the first request: a signing key; in a demonstration the city and its staff."""
    with database.transaction() as connection:
        store = SealedStore(connection, parts.vault)
        ensure_signing_key(store, now=machine_now())
        if settings.demo:
            city = ensure_city(store, _city_names(settings), now=clock.now())
            ensure_harness(store, city, password_hash=parts.passwords.hash_at_start(HARNESS_PASSWORD), now=clock.now())


def found_city(settings: Settings, founders: Sequence[Registration], *, clock: Clock, database: Database) -> None:
    """Begin a new platform: its city, and the two administrators of it.

    Raises:
        TwoAdministratorsNeededError: they are not two.
        AlreadyDecidedError: somebody is registered already.
    """
    vault = open_vault(settings, database)
    with database.transaction() as connection:
        store = SealedStore(connection, vault)
        ensure_signing_key(store, now=machine_now())
        city = ensure_city(store, _city_names(settings), now=clock.now())
        found_administrators(store, city, founders, now=clock.now())


def restore_administrator(settings: Settings, registration: Registration, *, clock: Clock, database: Database) -> None:
    """Register another administrator of a city that has lost one.

    Raises:
        TwoAdministratorsNeededError: no city was founded, which two do.
    """
    vault = open_vault(settings, database)
    with database.transaction() as connection:
        store = SealedStore(connection, vault)
        city = store.units.city()
        if city is None:
            raise TwoAdministratorsNeededError
        add_administrator(store, city, registration, now=clock.now())


def rotate_keys(settings: Settings, *, database: Database) -> None:
    """Make a new signing key; tokens signed with the present one stay valid until they expire."""
    vault = open_vault(settings, database)
    with database.transaction() as connection:
        rotate_signing_key(SealedStore(connection, vault), now=machine_now())


def rewrap_keys(settings: Settings, *, database: Database) -> int:
    """Wrap every person's key by the newest master key, a bounded number per transaction; return how many.

    The private halves of the signing keys are sealed anew before that.
    """
    vault, done = open_vault(settings, database), 0
    with database.transaction() as connection:
        SessionStore(connection).seal_private_keys_anew(vault)
    while True:
        with database.transaction() as connection:
            rewrapped = SealedStore(connection, vault).identities.rewrap(limit=REWRAPPED_PER_TRANSACTION_MAX)
        done += rewrapped
        if rewrapped < REWRAPPED_PER_TRANSACTION_MAX:
            return done


def reindex_persons(settings: Settings, *, database: Database, tell: Callable[[int, int], None]) -> int:
    """Have every person found by the newest index key, a bounded number per transaction; return how many are left.

    `tell` is told how many were changed over and how many are left. Ended in the middle, it goes on where it was.
    """
    vault, after, done = open_vault(settings, database), None, 0
    while True:
        with database.transaction() as connection:
            store, index = SealedStore(connection, vault), IndexStore(connection, vault.index)
            people = index.behind(after=after, limit=REINDEXED_PER_TRANSACTION_MAX)
            store.persons.lock_persons(people)
            for person_id, identity in store.identities.identities(people).items():
                index.change_over(person_id, texts_of(identity))
        done, after = done + len(people), people[-1] if people else after
        with database.reading() as connection:
            left = IndexStore(connection, vault.index).left(at=machine_now())
        tell(done, left)
        if not people:
            return left


def retire_index_key(settings: Settings, key_id: str, *, database: Database) -> int:
    """Forget what stands under a former index key and refuse it from now on; return how many entries that were.

    Raises:
        IndexKeyError: it is still in the file, somebody is found by nothing else, or nobody was ever found by it.
    """
    vault = open_vault(settings, database)
    if key_id in vault.index.keys:
        raise IndexKeyError(f"{key_id} is in use: take it out of the file first, and start every process anew")
    with database.transaction() as connection:
        index = IndexStore(connection, vault.index)
        if not index.has_key(key_id):
            raise IndexKeyError(f"nobody is found by {key_id}")
        return index.retire(key_id, at=machine_now())


def create_token_source(settings: Settings, *, database: Database) -> Callable[[UUID], str]:
    """Return what signs tokens for the invented people of a demonstration, so that its history needs no passwords.

    Raises:
        AssertionError: this is no demonstration.
    """
    assert settings.demo, "only invented people may be spoken for"
    vault = open_vault(settings, database)
    kept: dict[UUID, tuple[float, str]] = {}

    def token_of(person_id: UUID) -> str:
        signed_at, token = kept.get(person_id, (float("-inf"), ""))
        if monotonic() - signed_at > TOKENS_KEPT_SECONDS:
            with database.reading() as connection:
                token = sign_for_person(SealedStore(connection, vault), person_id, now=machine_now())
            kept[person_id] = (monotonic(), token)
        return token

    return token_of


def compose(settings: Settings, *, clock: Clock) -> ServiceParts:
    """Return the parts that the roles of accounts run."""
    database = create_database(settings)
    return ServiceParts(
        database=database,
        consumers=consumers(clock=clock),
        background={"importer": create_importer(settings, clock=clock, database=database).run},
        next_due=next_due,
        run_due=create_run_due(settings),
        housekeeping=(keep_months_of_views, forget_old_notices),
        under_way=lambda connection: "an import is not done" if oldest_unfinished(connection) else "",
    )


def create_importer(settings: Settings, *, clock: Clock, database: Database) -> Importer:
    """Return what imports the tables that were sent; its keys are read when there is one, as the consumers' are."""
    vault = cache(lambda: Vault.read(settings.master_key_file, settings.index_key_file))
    passwords = create_passwords(settings)

    def load(import_id: UUID, number: int, body: Mapping[str, object]) -> Registration | WrongRow:
        return row_loader(vault(), passwords)(import_id, number, body)

    return Importer(database, vault, clock, load=load)


def _city_names(settings: Settings) -> CityNames:
    return CityNames(*city_names(settings))


PROGRAM = ServiceProgram(
    name="accounts",
    settings=Settings,
    topics=TOPICS,
    migrations=MIGRATIONS,
    create_app=create_app,
    compose=compose,
    background=("importer",),
    costly=(b"POST /v1/sessions ", b"POST /v1/sign-in-codes "),
)
__all__ = [
    "CITY_ID",
    "HARNESS_IDS",
    "PROGRAM",
    "TOPICS",
    "Settings",
    "compose",
    "create_app",
    "create_importer",
    "create_run_due",
    "create_token_source",
    "end_again",
    "ended_on_broker",
    "ended_persons",
    "found_city",
    "next_due",
    "reindex_persons",
    "restore_administrator",
    "retire_index_key",
    "rewrap_keys",
    "rotate_keys",
    "run_due",
]
