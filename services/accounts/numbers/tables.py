"""The tables of numbers as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from libs.programme.proposals import proposal_columns
from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


number_proposal = sa.Table(
    "number_proposal",
    metadata,
    sa.Column("proposal_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("sealed", sa.LargeBinary),
    *proposal_columns(words_of=("person_id",)),
)


number_change = sa.Table(
    "number_change",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("changed_by", sa.Uuid),
    sa.Column("changed_at", _Instant),
    sa.Column("opens_at", _Instant),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("tries", sa.Integer),
    sa.Column("ended_at", _Instant),
)
