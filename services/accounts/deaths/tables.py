"""The tables of deaths as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


_Texts = ARRAY(sa.Text)


death = sa.Table(
    "death",
    metadata,
    sa.Column("death_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("died_on", sa.Date),
    sa.Column("recorded_by", sa.Uuid),
    sa.Column("recorded_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("decided_by", sa.Uuid),
    sa.Column("decided_at", _Instant),
    sa.Column("why", sa.Text),
    sa.Column("status_before", sa.Text),
    sa.Column("ended_grants", ARRAY(sa.Uuid)),
    sa.Column("estate_settled_at", _Instant),
)


death_mistake = sa.Table(
    "death_mistake",
    metadata,
    sa.Column("mistake_id", sa.Uuid, primary_key=True),
    sa.Column("death_id", sa.Uuid),
    sa.Column("person_id", sa.Uuid),
    sa.Column("why", sa.Text),
    sa.Column("proposed_by", sa.Uuid),
    sa.Column("proposed_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("decided_by", sa.Uuid),
    sa.Column("decided_at", _Instant),
    sa.Column("decided_why", sa.Text),
    sa.Column("code", sa.Text),
)
