"""The main flow, with every event over TLS and SCRAM and every row over TLS."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, load_story
from tests.support.secured import SecuredKafka, SecuredPostgres
from tests.wires.platform import SecuredPlatform

pytestmark = pytest.mark.kafka
UNENCRYPTED = """
SELECT count(*) FILTER (WHERE NOT ssl), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
WHERE backend_type = 'client backend'"""


def test_the_main_flow_over_secured_wires(kafka: SecuredKafka, postgres: SecuredPostgres, tmp_path: Path) -> None:
    platform = SecuredPlatform(kafka, postgres, tmp_path)
    try:
        Run(load_story(next((CASES / "flow").glob("01-*.yaml"))).needed(), platform.client).play()
        with psycopg.connect(postgres.superuser_url()) as connection:
            plain, secured = connection.execute(UNENCRYPTED).fetchone() or (0, 0)
    finally:
        platform.close()

    assert plain == 0
    assert secured > len(platform.settings)
