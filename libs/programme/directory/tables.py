"""The tables that are alike in every service; that of persons differs in its columns (see `Directory`)."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    sa.Column("parent_id", sa.Uuid, index=True),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("district_id", sa.Uuid),
    sa.Column("name_zh", sa.Text),
    sa.Column("name_en", sa.Text),
)
relation = sa.Table(
    "relation",
    metadata,
    sa.Column("relation_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("relative_id", sa.Uuid, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("declared_by", sa.Uuid),
    sa.Index("relation_of_two", "person_id", "relative_id"),
)
signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
)
