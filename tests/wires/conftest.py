"""One authority, one Kafka and one PostgreSQL for all tests of the secured wires."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_access import allow_only, set_passwords
from libs.bus.kafka_settings import client_options
from libs.clock import monotonic
from services.operator.kafka_access import PROGRAMS, accesses, user_of
from tests.support.certificates import Authority, create_authority
from tests.support.secured import ADMINISTRATOR, PASSWORD, SecuredKafka, SecuredPostgres, secured_postgres

BEGIN_SECONDS_MAX = 60.0


@pytest.fixture(scope="package")
def folder() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory(prefix="timebank-wires-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="package")
def authority(folder: Path) -> Authority:
    """Whom both sides of every wire trust."""
    return create_authority(folder, "ours")


@pytest.fixture(scope="package")
def kafka(folder: Path, authority: Authority) -> Iterator[SecuredKafka]:
    """One node on which each user has its password, `only-for-tests`, and its rules."""
    node = SecuredKafka(folder / "kafka", authority)
    node.start_all()
    options = administrator(node)
    _wait_until_it_takes_passwords(options)
    allow_only(options, accesses())
    _declare_topics(node)
    yield node
    node.stop()


@pytest.fixture(scope="package")
def postgres(authority: Authority) -> Iterator[SecuredPostgres]:
    """One server that takes TLS only."""
    with secured_postgres(authority) as server:
        yield server


def administrator(node: SecuredKafka) -> dict[str, object]:
    """Return the options of the administrator's client."""
    return {"bootstrap_servers": node.bootstrap, **client_options(node.settings(ADMINISTRATOR, PASSWORD))}


def _wait_until_it_takes_passwords(options: dict[str, object]) -> None:
    """Set every user's password; the port is open a little before the node answers."""
    end = monotonic() + BEGIN_SECONDS_MAX
    while True:
        try:
            set_passwords(options, {access.user: PASSWORD for access in accesses()})
            return
        except Exception:
            if monotonic() > end:
                raise


def _declare_topics(node: SecuredKafka) -> None:
    """What `migrate` does, by its user, and again."""
    broker = KafkaBroker(node.bootstrap, options=partial(client_options, node.settings(user_of("migrate"), PASSWORD)))
    for program in (*PROGRAMS.values(), *PROGRAMS.values()):
        broker.declare_topics(program.topics)
    broker.close()
