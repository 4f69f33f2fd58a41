"""The tables of recipients as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import found_column, metadata

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("finding_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("person_id", sa.Uuid),
    found_column("grade", sa.Text(), left=None),
    found_column("categories", ARRAY(sa.Text), left=[]),
    *proposal_columns(words_of=("person_id",)),
)
