"""The tables of roles as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


identity_sighting = sa.Table(
    "identity_sighting",
    metadata,
    sa.Column("sighting_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("document", sa.Text),
    sa.Column("seen_by", sa.Uuid),
    sa.Column("seen_at", _Instant),
)


role_proposal = sa.Table(
    "role_proposal",
    metadata,
    sa.Column("proposal_id", sa.Uuid, primary_key=True),
    sa.Column("grant_id", sa.Uuid),
    sa.Column("act", sa.Text),
    sa.Column("person_id", sa.Uuid),
    sa.Column("role", sa.Text),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("proposer_rank", sa.Integer),
    sa.Column("kept_by", sa.Uuid),
    *proposal_columns(words_of=("person_id",)),
)
