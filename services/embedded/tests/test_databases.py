"""The databases of a data folder that other code made are refused with a reason, and left as they are."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from services.embedded.databases import LEFT_FILE, Databases
from services.embedded.folder import DataFolder
from services.embedded.settings import StartRefusedError
from tests.support.postgres import running_server


def test_a_data_folder_of_other_code_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "var")
    for path in (folder.root, folder.secrets):
        path.mkdir(mode=0o700)
    with running_server() as server:
        databases = _migrated(server, folder)
        with psycopg.connect(plain_url(server.superuser_url("orders"))) as connection:
            connection.execute("UPDATE applied_migration SET sha256 = 'of another file' WHERE revision LIKE '0001%'")
        (folder.root / LEFT_FILE).unlink()  # as when the code's migrations are others

        with pytest.raises(StartRefusedError, match=r"orders .* 0001\w* was another one .* make run DATA=<folder>"):
            databases.create()

        with psycopg.connect(plain_url(server.superuser_url("orders"))) as connection:
            connection.execute("SELECT 1 FROM orders LIMIT 1")


def _migrated(server: EmbeddedPostgres, folder: DataFolder) -> Databases:
    databases = Databases(server, folder, keeps_templates=False)
    databases.create()
    return databases
