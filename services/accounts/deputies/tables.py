"""The table of deputies as the code sees it; migrations/versions/ is where it is made."""

import sqlalchemy as sa

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


deputyship = sa.Table(
    "deputyship",
    metadata,
    sa.Column("deputyship_id", sa.Uuid, primary_key=True),
    sa.Column("grant_id", sa.Uuid),
    sa.Column("absent_id", sa.Uuid),
    sa.Column("deputy_id", sa.Uuid),
    sa.Column("role", sa.Text),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("begins_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("begin_at", _Instant),
    sa.Column("end_at", _Instant),
    sa.Column("reason", sa.Text),
    sa.Column("lent_id", sa.Uuid),
    sa.Column("ended_at", _Instant),
    sa.Column("ended_by", sa.Uuid),
    *proposal_columns(words_of=("absent_id", "deputy_id")),
)
