"""The tables of policies as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata

policy = sa.Table(
    "policy",
    metadata,
    sa.Column("policy_id", sa.Uuid, primary_key=True),
    sa.Column("district_id", sa.Uuid),
    sa.Column("effective", sa.Date),
    sa.Column("preset", sa.Text),
    sa.Column("changes", JSONB),
    sa.Column("parameters", JSONB),
    sa.Column("base_version", sa.Integer),
    sa.Column("policy_version", sa.Integer),
    *proposal_columns(),
)
