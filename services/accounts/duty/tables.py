"""The table of what is told of urgent calls; migrations/versions/ is where it is made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


duty_notice = sa.Table(
    "duty_notice",
    metadata,
    sa.Column("notice_id", sa.Uuid, primary_key=True),
    sa.Column("incident_id", sa.Uuid),
    sa.Column("person_id", sa.Uuid),
    sa.Column("about_id", sa.Uuid),
    sa.Column("kind", sa.Text),
    sa.Column("answer_by", _Instant),
    sa.Column("asked_at", _Instant),
    sa.Column("sent_at", _Instant),
    sa.Column("ways", sa.ARRAY(sa.Text)),
)
