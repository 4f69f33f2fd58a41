"""A release takes the place of the one before, a replica at a time and under load: no request is refused, nothing lost.

The processes of the release before run on the schema of now, beside those of now. They are those of the commit whose
schema `released_schema.json` has, from this repository's history; without it the release takes its own place.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import urllib3

from libs.db import Database
from libs.db.database import plain_url
from libs.ids import new_id
from services.accounts.bootstrap import HARNESS_IDS, create_token_source
from services.accounts.core.store.vault import create_master_key_file
from services.accounts.organisation.usecases.found_city import CITY_ID
from services.accounts.settings import Settings as AccountsSettings
from tests.architecture.tree import ROOT
from tests.distributed.rolling import ANSWER_SECONDS_MAX, Endpoints, Load, Replicas, in_words
from tests.distributed.test_roles_of_services import _declare_topics_of_the_others, _until
from tests.support.postgres import FreshDatabase

RELEASED = "92c722e9f5"
"""The commit whose schema was recorded; renewed together with it."""
REGISTERED = {"born": "1950-05-01", "sex": "female"}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Return the files of the release before; those of now where the history is not here."""
    packed = subprocess.run(["git", "archive", RELEASED], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode != 0:
        return ROOT
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tmp_path / "released", filter="data")
    return tmp_path / "released"


@pytest.fixture
def variables(fresh_database: FreshDatabase, tmp_path: Path) -> dict[str, str]:
    create_master_key_file(tmp_path / "master.key")
    bus = fresh_database("bus").app
    for service in ("accounts", "ledger"):
        _declare_topics_of_the_others(bus, service)
    return {
        "ACCOUNTS_DATABASE_URL": fresh_database("accounts").app,
        "ACCOUNTS_BUS_URL": bus,
        "ACCOUNTS_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "ACCOUNTS_DEMO": "1",
        "ORDERS_DATABASE_URL": fresh_database("orders").app,
        "ORDERS_BUS_URL": bus,
        "ORDERS_DOOR_KEY": "door-key-of-the-tests",
    }


@pytest.fixture
def replicas(variables: dict[str, str]) -> Iterator[Replicas]:
    started = Replicas(variables)
    yield started
    started.close()


class Desk:
    """Registers people, and looks at the units between, through whichever replica has its turn."""

    def __init__(self, endpoints: Endpoints, token: str) -> None:
        self._endpoints, self._headers, self.home = endpoints, {"Authorization": f"Bearer {token}"}, CITY_ID
        self.district = CITY_ID
        self.registered: list[str] = []

    def add_units(self) -> None:
        """Make a district, its street and its community, where people live."""
        for level in ("district", "street", "community"):
            unit_id = new_id()
            self.district = unit_id if level == "district" else self.district
            terms = {"level": level, "parent_id": str(self.home), "name_zh": f"某{level}"}
            assert self._send("PUT", f"/v1/organisation-units/{unit_id}", terms) == 201
            self.home = unit_id

    def act(self, number: int) -> int:
        """Send one request; return its status."""
        if number % 2:
            return self._send("GET", "/v1/organisation-units")
        person_id = str(new_id())
        name = {"names": {"zh": "王兰"}, "sign_in_name": f"elder-{number}", "home_unit_id": str(self.home)}
        status = self._send("PUT", f"/v1/persons/{person_id}", {**REGISTERED, **name})
        if status == 201:
            self.registered.append(person_id)
        return status

    def _send(self, method: str, path: str, terms: Mapping[str, object] | None = None) -> int:
        url = self._endpoints.choose() + path
        answer = urllib3.request(
            method, url, headers=self._headers, timeout=ANSWER_SECONDS_MAX, retries=False, json=terms
        )
        return int(answer.status)


def test_no_request_is_refused_and_nothing_lost_while_a_release_takes_the_place_of_the_one_before(
    released: Path, variables: dict[str, str], replicas: Replicas
) -> None:
    endpoints = Endpoints()
    former = [replicas.start(released, "accounts", "api") for _ in range(2)]
    relay = replicas.start(released, "accounts", "relay")
    consumer = replicas.start(released, "orders", "consumer")
    for replica in (*former, relay, consumer):
        _until(replica.is_ready)
    for replica in former:
        endpoints.add(replica)
    desk = Desk(endpoints, token_of(variables, HARNESS_IDS[0]))
    desk.add_units()

    with Load(desk.act) as load:
        _until(lambda: len(desk.registered) > 10)
        begun = len(load.seconds)
        latter = [replicas.start(ROOT, "accounts", "api") for _ in former]
        codes = []
        for replica, successor in zip(former, latter, strict=True):
            _until(successor.is_ready)
            endpoints.add(successor)
            codes.append(endpoints.retire(replica))
        codes += [relay.end(), consumer.end()]
        replicas.start(ROOT, "accounts", "relay")
        replicas.start(ROOT, "orders", "consumer")
        before, ended = len(desk.registered), len(load.seconds)
        _until(lambda: len(desk.registered) > before + 10)

    print(in_words(load.seconds, begun, ended))
    assert load.broken == []
    assert set(load.statuses) == {200, 201}
    assert codes == [0] * 4
    assert max(load.seconds) < ANSWER_SECONDS_MAX
    _until(lambda: _people(variables["ORDERS_DATABASE_URL"]) >= set(desk.registered))
    # Two are the demonstration's own.
    assert len(_people(variables["ORDERS_DATABASE_URL"])) == len(desk.registered) + len(HARNESS_IDS)


def token_of(variables: Mapping[str, str], person_id: UUID) -> str:
    """Return a token of one of the harness."""
    url, key = variables["ACCOUNTS_DATABASE_URL"], Path(variables["ACCOUNTS_MASTER_KEY_FILE"])
    database = Database(url)
    index = Path(variables["ACCOUNTS_INDEX_KEY_FILE"]) if "ACCOUNTS_INDEX_KEY_FILE" in variables else None
    settings = AccountsSettings(database_url=url, master_key_file=key, index_key_file=index, demo=True)
    token = create_token_source(settings, database=database)(person_id)
    database.dispose()
    return token


def _people(url: str) -> set[str]:
    with psycopg.connect(plain_url(url)) as connection:
        return {str(person_id) for (person_id,) in connection.execute("SELECT person_id FROM person")}
