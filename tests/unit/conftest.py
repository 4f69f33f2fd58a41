"""The sample service, running on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from libs.http import Service
from tests.support.postgres import FreshDatabase
from tests.unit.sample_service.service import MIGRATIONS, create_sample_service, tell_sample_service
from tests.unit.sample_service.tokens import CLERK, Signer


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def sample(fresh_database: FreshDatabase, signer: Signer) -> Iterator[Flask]:
    app = create_sample_service(fresh_database("desk", migrations=MIGRATIONS).app, signer.verifier())
    tell_sample_service(app, CLERK)
    yield app
    service: Service = app.extensions["service"]
    service.database.dispose()


@pytest.fixture
def client(sample: Flask, signer: Signer) -> FlaskClient:
    """Return a client that is signed in as the clerk of the unit, whom the sample service knows."""
    client = sample.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = signer.headers()["Authorization"]
    return client


@pytest.fixture
def count_rows(sample: Flask) -> Callable[[str], int]:
    """Return a function that counts the rows of a table."""

    def count(table: str) -> int:
        service: Service = sample.extensions["service"]
        with service.database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0)

    return count
