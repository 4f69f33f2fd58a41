"""The tables of sign in as the code sees them; migrations/versions/ is where they are made."""

import sqlalchemy as sa

from libs.programme.proposals import proposal_columns
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
    sa.Column("second_factor", sa.Boolean),
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


second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("last_step", sa.BigInteger),
    sa.Column("confirmed_at", _Instant),
    sa.Column("pending_until", _Instant),
)


recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
)


sign_in_ticket = sa.Table(
    "sign_in_ticket",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("by_password", sa.Boolean),
    sa.Column("expires_at", _Instant),
)


second_factor_act = sa.Table(
    "second_factor_act",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("act", sa.Text),
    sa.Column("done_by", sa.Uuid),
    sa.Column("done_at", _Instant),
)


second_factor_reset = sa.Table(
    "second_factor_reset",
    metadata,
    sa.Column("reset_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    *proposal_columns(words_of=("person_id",)),
)
