"""The tables of applications as the code sees them; migrations/versions/ is where they are made."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.programme.proposals import WORDS_OF, proposal_columns
from services.accounts.core.store.tables import LEFT, metadata

_Instant = sa.DateTime(timezone=True)


def _theirs(name: str, kind: sa.types.TypeEngine[Any], *, left: object) -> sa.Column[Any]:
    """Return a column that is blanked when the data of whom the application made a person end."""
    return sa.Column(name, kind, info={WORDS_OF: ("application_id",), LEFT: left})


application = sa.Table(
    "application",
    metadata,
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("state", sa.Text),
    sa.Column("sealed", sa.LargeBinary),
    _theirs("number_digest", sa.LargeBinary(), left=None),
    sa.Column("born", sa.Date),
    sa.Column("sex", sa.Text),
    _theirs("services", ARRAY(sa.Text), left=[]),
    _theirs("hours", JSONB(), left=[]),
    sa.Column("privacy_version", sa.Text),
    sa.Column("applied_at", _Instant),
    sa.Column("document", sa.Text),
    *(
        column
        for step in ("identity", "agreement", "training")
        for column in (
            sa.Column(f"{step}_by", sa.Uuid),
            sa.Column(f"{step}_at", _Instant),
            sa.Column(f"{step}_on", sa.Date),
        )
    ),
    sa.Column("ended_by", sa.Uuid),
    sa.Column("ended_at", _Instant),
    _theirs("ended_why", sa.Text(), left=""),
    sa.Column("forget_on", sa.Date),
)


admission = sa.Table(
    "admission",
    metadata,
    sa.Column("admission_id", sa.Uuid, primary_key=True),
    sa.Column("application_id", sa.Uuid),
    *proposal_columns(words_of=("application_id",)),
)


application_code = sa.Table(
    "application_code",
    metadata,
    sa.Column("number_digest", sa.LargeBinary, primary_key=True),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("sent_at", _Instant),
    sa.Column("expires_at", _Instant),
    sa.Column("tries", sa.Integer),
)


application_ticket = sa.Table(
    "application_ticket",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("expires_at", _Instant),
)
