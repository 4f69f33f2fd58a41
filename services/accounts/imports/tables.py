"""The tables of imports as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


import_ = sa.Table(
    "import",
    metadata,
    sa.Column("import_id", sa.Uuid, primary_key=True),
    sa.Column("imported_by", sa.Uuid),
    sa.Column("imported_at", _Instant),
    sa.Column("content_type", sa.Text),
    sa.Column("sealed_content", sa.LargeBinary),
    sa.Column("state", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("rows", sa.Integer),
    sa.Column("rows_done", sa.Integer),
)


import_row = sa.Table(
    "import_row",
    metadata,
    sa.Column("import_id", sa.Uuid, primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("fields", sa.Text),
)
