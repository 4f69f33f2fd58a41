"""The tables of deaths as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata, words_column

death = sa.Table(
    "death",
    metadata,
    sa.Column("death_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("died_on", sa.Date),
    *proposal_columns(words_of=("person_id",)),
    sa.Column("is_mistaken", sa.Boolean),
    sa.Column("status_before", sa.Text),
    sa.Column("ended_grants", ARRAY(sa.Uuid)),
    sa.Column("estate_settled_at", sa.DateTime(timezone=True)),
)
death_mistake = sa.Table(
    "death_mistake",
    metadata,
    sa.Column("mistake_id", sa.Uuid, primary_key=True),
    sa.Column("death_id", sa.Uuid),
    sa.Column("person_id", sa.Uuid),
    words_column("why"),
    *proposal_columns(words_of=("person_id",)),
    sa.Column("is_answered", sa.Boolean),
    sa.Column("code", sa.Text),
)
