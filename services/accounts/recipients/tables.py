"""The tables of recipients as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("finding_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("person_id", sa.Uuid),
    sa.Column("grade", sa.Text),
    sa.Column("categories", ARRAY(sa.Text)),
    *proposal_columns(),
)
