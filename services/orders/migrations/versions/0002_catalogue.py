"""The first version of the service catalogue, and its events."""

import dataclasses

import sqlalchemy
from alembic import op

from libs.clock import local_midnight
from libs.outbox.outbox import write_events
from services.orders.catalogue.messages import catalogue_event
from services.orders.catalogue.store import services_of_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Write the catalogue and publish it with the same commit."""
    connection = op.get_bind()
    services = services_of_file()
    table = sqlalchemy.Table("catalogue_item", sqlalchemy.MetaData(), autoload_with=connection)
    rows = [dataclasses.asdict(service) for service in services]
    for row in rows:
        row["funding"], row["checklist"] = sorted(row["funding"]), list(row["checklist"])
    connection.execute(table.insert(), rows)
    write_events(connection, [(catalogue_event(s, local_midnight(s.effective)), None) for s in services])
