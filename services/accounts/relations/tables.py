"""The tables of relations as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.core.store.tables import metadata, words_column

_Instant = sa.DateTime(timezone=True)


_Texts = ARRAY(sa.Text)


relation = sa.Table(
    "relation",
    metadata,
    sa.Column("relation_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("relative_id", sa.Uuid),
    sa.Column("kind", sa.Text),
    sa.Column("recorded_by", sa.Uuid),
    sa.Column("recorded_at", _Instant),
    sa.Column("asks_verification", sa.Boolean),
    sa.Column("verified", sa.Boolean),
    sa.Column("is_active", sa.Boolean),
    sa.Column("confirmed_by", sa.Uuid),
    sa.Column("turned_down_by", sa.Uuid),
    words_column("turned_down_why", of=("person_id", "relative_id")),
    sa.Column("ending_by", sa.Uuid),
    sa.Column("version", sa.BigInteger),
)


acting_grant = sa.Table(
    "acting_grant",
    metadata,
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("relative_id", sa.Uuid),
    sa.Column("acts", _Texts),
    sa.Column("minutes_per_month", sa.Integer),
    sa.Column("until", sa.Date),
    sa.Column("how", sa.Text),
    sa.Column("given_at", _Instant),
    words_column("words"),
    sa.Column("recorded_by", sa.Uuid),
    sa.Column("recorded_at", _Instant),
    sa.Column("is_active", sa.Boolean),
    sa.Column("version", sa.BigInteger),
)
