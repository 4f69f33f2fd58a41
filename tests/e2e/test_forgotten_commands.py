"""Once a command is forgotten, one that comes again is answered as the domain stands, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from libs.db.database import plain_url
from libs.http.forgetting import COMMANDS_KEPT_DAYS
from services.embedded.folder import DataFolder
from services.embedded.server import place_of
from services.operator.export.tables import ENTRIES, TABLES
from services.operator.platform import SERVICES, find
from tests.scenarios.client import ApiCall, Client, PlatformError
from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, load_story
from tests.support.platform import Platform

STORIES = (
    "flow/01-main-flow-115-minutes",
    "orders/22-dispute-decided-with-partial-minutes",
    "people/47-death-and-estate",
    "redemption/33-donation-to-the-pool",
)
LOOKED = ("access_log", "journal.checkpoint")
"""Tables to which somebody's asking alone, or time alone, adds a row."""
Counts = dict[str, int]


@dataclass
class RecordingClient(Client):
    """Remembers which commands were taken."""

    taken: list[ApiCall] = field(default_factory=list)

    def send(self, call: ApiCall) -> tuple[int, Any]:
        """Send it, and remember it."""
        status, document = super().send(call)
        if status < 400 and call.method != "GET":
            self.taken.append(call)
        return status, document


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform for all stories."""
    with Platform(tmp_path_factory.mktemp("forgotten")) as running:
        yield running


def counts(folder: Path) -> Counts:
    """How many rows each table of meaning has."""
    rows: Counts = {}
    for service in SERVICES:
        names = [table.name for table in TABLES[service]] + ([ENTRIES] if service == "ledger" else [])
        with psycopg.connect(plain_url(find(folder).readers[service]), autocommit=True) as connection:
            for name in names:
                count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*name.split(".")))
                row = connection.execute(count).fetchone()
                assert row is not None
                if name not in LOOKED:
                    rows[f"{service} {name}"] = row[0]
    return rows


def forget_all(folder: Path) -> None:
    """Let all commands be as old as those that are forgotten, and forget them."""
    readers, place = find(folder).readers, place_of(DataFolder(folder))
    password = (place / "superuser.password").read_text()
    for service in SERVICES:
        url = psycopg.conninfo.make_conninfo(plain_url(readers[service]), user="postgres", password=password)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE command SET recorded_at = recorded_at - interval '1000 days'")
            while forget_old(connection):
                pass
            assert connection.execute("SELECT count(*) FROM command").fetchone() == (0,)


def forget_old(connection: psycopg.Connection[Any]) -> int:
    """Forget a batch as the service does."""
    row = connection.execute("SELECT command_forget_old(%s)", [COMMANDS_KEPT_DAYS]).fetchone()
    assert row is not None
    return int(row[0])


def again(client: Client, call: ApiCall) -> str:
    """Send a command again; return in one line what was answered."""
    try:
        status, document = client.send(call)
    except PlatformError as error:
        return ("" if "cannot sign in" in str(error) else "500 ") + str(error)
    return f"{status} {call.method} {call.path} {document.get('code', '') if isinstance(document, dict) else ''}"


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_what_comes_again_after_it_was_forgotten_is_not_done_twice(name: str, platform: Platform) -> None:
    platform.reset()
    client = RecordingClient(platform.url)
    Run(load_story(CASES / f"{name}.yaml").needed(), client).play()
    assert client.instant is not None
    client.advance(client.instant + timedelta(days=COMMANDS_KEPT_DAYS))
    client.settle()
    before, taken = counts(platform.folder), list(client.taken)
    forget_all(platform.folder)

    answers = [again(client, call) for call in taken]
    client.settle()

    after = counts(platform.folder)
    assert len(taken) > 20
    assert [line for line in answers if line.startswith("5")] == []
    assert {table: (before[table], after[table]) for table in before if before[table] != after[table]} == {}
