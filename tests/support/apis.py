"""The applications of all services, each on a database of its own that nothing was written to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from marshmallow import Schema

from libs.clock import SystemClock
from libs.db import Database
from libs.tlog.notes import create_signer
from tests.support.postgres import DatabaseFactory


@pytest.fixture(scope="session")
def apis(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    """Return every service's application by name, for tests that look at what it is made of or ask as a stranger."""
    # Imported here, for every run of any test loads this file.
    from services.accounts import bootstrap as accounts
    from services.accounts.settings import Settings as AccountsSettings
    from services.ledger import bootstrap as ledger
    from services.ledger.settings import Settings as LedgerSettings
    from services.orders import bootstrap as orders
    from services.orders.settings import Settings as OrdersSettings
    from services.redemption import bootstrap as redemption
    from services.redemption.settings import Settings as RedemptionSettings

    folder = tmp_path_factory.mktemp("apis")
    made = {name: database_factory.create(name) for name in ("accounts", "orders", "ledger", "redemption")}
    urls = {name: urls.app for name, (_, urls) in made.items()}
    databases = {name: Database(url) for name, url in urls.items()}
    clock = SystemClock()
    accounts_settings = AccountsSettings(
        database_url=urls["accounts"], master_key_file=folder / "master.key", demo=True
    )
    create_signer(folder / "orders.certificate.key")
    orders_settings = OrdersSettings(
        database_url=urls["orders"],
        door_key="door-key-of-the-tests",
        scan_key="scan-key-of-the-tests",
        certificate_name="time.tests.local/certificates",
        certificate_key_file=folder / "orders.certificate.key",
    )
    ledger_settings = LedgerSettings(database_url=urls["ledger"], log_folder=folder)
    yield {
        "accounts": accounts.create_app(accounts_settings, clock=clock, database=databases["accounts"]),
        "orders": orders.create_app(orders_settings, clock=clock, database=databases["orders"]),
        "ledger": ledger.create_app(ledger_settings, clock=clock, database=databases["ledger"]),
        "redemption": redemption.create_app(
            RedemptionSettings(database_url=urls["redemption"]), clock=clock, database=databases["redemption"]
        ),
    }
    for database in databases.values():
        database.dispose()
    for name, _ in made.values():
        database_factory.drop(name)


def request_schemas(app: Flask) -> Iterator[tuple[str, str, Schema]]:
    """Yield (operation, where it is sent, schema) of all that the operations of an application read."""
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) if view else ():
            for parameter in (
                getattr(getattr(view, method.lower()), "_apidoc", {}).get("arguments", {}).get("parameters", [])
            ):
                schema = parameter["schema"]
                yield f"{method} {rule.rule}", parameter["in"], schema() if isinstance(schema, type) else schema
