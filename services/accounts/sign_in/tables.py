"""The tables of sign in as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from services.accounts.core.store.tables import metadata

_Instant = sa.DateTime(timezone=True)


session = sa.Table(
    "session",
    metadata,
    sa.Column("session_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("began_at", _Instant),
    sa.Column("expires_at", _Instant),
    sa.Column("password_change_only", sa.Boolean),
    sa.Column("ended_at", _Instant),
    sa.Column("ended_because", sa.Text),
)


refresh_token = sa.Table(
    "refresh_token",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("session_id", sa.Uuid),
    sa.Column("used_at", _Instant),
)


counted_try = sa.Table(
    "counted_try",
    metadata,
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    sa.Column("tries", sa.Integer),
    sa.Column("last_at", _Instant),
    sa.Column("open_at", _Instant),
)


sign_in_code = sa.Table(
    "sign_in_code",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("sent_at", _Instant),
    sa.Column("expires_at", _Instant),
    sa.Column("tries", sa.Integer),
)


device_key = sa.Table(
    "device_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("session_id", sa.Uuid),
    sa.Column("public_key", sa.LargeBinary),
    sa.Column("registered_at", _Instant),
    sa.Column("revoked_at", _Instant),
)


sign_in_request = sa.Table(
    "sign_in_request",
    metadata,
    sa.Column("approval_digest", sa.LargeBinary, primary_key=True),
    sa.Column("secret_digest", sa.LargeBinary),
    sa.Column("about", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("asked_at", _Instant),
    sa.Column("expires_at", _Instant),
    sa.Column("person_id", sa.Uuid),
    sa.Column("decision", sa.Text),
)
