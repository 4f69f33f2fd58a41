"""What was counted, row by row: written with the change it is of, and into a month that is not over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.clock import PROGRAMME_ZONE
from libs.db import Connection
from libs.db.prepared import Prepared
from services.orders.core.rules.counting import OF_PEOPLE, Entry
from services.orders.core.store.tables import INSTANT, table_of

counted = table_of(
    "counted",
    "month kind at subject_id",
    month=sa.Date,
    kind=sa.Text,
    at=INSTANT,
    subject_id=sa.Uuid,
    unit_id=sa.Uuid,
    number=sa.Integer,
    credit_minutes=sa.Integer,
    service_code=sa.Text,
    marks=ARRAY(sa.Text),
)
CLOSING_LOCK = 25
"""Held by whoever counts, and alone by whoever ends a month."""
_SHARE = Prepared(sa.text(f"SELECT pg_advisory_xact_lock_shared({CLOSING_LOCK}, 0)"))
_UPTO = Prepared(sa.text("SELECT upto FROM counting"))
_WRITE = Prepared(
    sa.text(f"""
    INSERT INTO counted (month, kind, at, subject_id, unit_id, number, credit_minutes, service_code, marks)
    SELECT date_trunc('month', counts.at AT TIME ZONE '{PROGRAMME_ZONE}'), :kind, counts.at, :subject_id,
        COALESCE((SELECT home_unit_id FROM person WHERE :is_person AND person_id = :subject_id), :unit_id),
        :number, :credit_minutes, :service_code, CAST(:marks AS text[])
    FROM (SELECT GREATEST(CAST(:at AS timestamptz), upto) AS at FROM counting) AS counts
    ON CONFLICT DO NOTHING""")
)


def begin_counting(connection: Connection) -> datetime:
    """Return until when all is counted for good; no month ends before the transaction does."""
    _SHARE.send(connection)
    upto: datetime = _UPTO.scalar(connection, {})
    return upto


def write_entries(connection: Connection, entries: Iterable[Entry]) -> None:
    """Count what happened; what is told late of a month that is over counts in the one that is not."""
    for number, entry in enumerate(entries):
        if number == 0:
            _SHARE.send(connection)
        terms = vars(entry) | {"kind": entry.kind.value, "marks": list(entry.marks)}
        _WRITE.change(connection, terms | {"is_person": entry.kind in OF_PEOPLE})
