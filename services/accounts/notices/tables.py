"""The table of notices as the code sees it; migrations/versions/ is where it is made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("notice_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("purpose", sa.Text),
    sa.Column("order_id", sa.Uuid),
    sa.Column("start_at", _Instant),
    sa.Column("other_id", sa.Uuid),
    sa.Column("useless_after", _Instant),
    sa.Column("due_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("told_at", _Instant),
    sa.Column("tries", sa.Integer),
    sa.Column("message_id", sa.Uuid),
)
