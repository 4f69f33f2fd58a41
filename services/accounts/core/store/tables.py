"""The tables that more than one feature reads, as the code sees them; migrations/versions/ is where they are made."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.programme.proposals import WORDS_OF

metadata = sa.MetaData()
LEFT = "left"


_Instant = sa.DateTime(timezone=True)


def words_column(name: str, *, of: tuple[str, ...] = ("person_id",)) -> sa.Column[str]:
    """Return a column of what somebody wrote in their own words; it is blanked when the data of whom it is about end.

    Every column of free text is declared by this (or by `proposal_columns`); a test finds one that is not.
    """
    return sa.Column(name, sa.Text, info={WORDS_OF: of})


def found_column(name: str, kind: sa.types.TypeEngine[Any], *, left: object) -> sa.Column[Any]:
    """Return a column of what was found about a person; when their data end, this is left of it."""
    return sa.Column(name, kind, info={WORDS_OF: ("person_id",), LEFT: left})


_Texts = ARRAY(sa.Text)


unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    sa.Column("parent_id", sa.Uuid),
    sa.Column("level", sa.Text),
    sa.Column("path", ARRAY(sa.Uuid)),
    sa.Column("district_id", sa.Uuid),
    sa.Column("name_zh", sa.Text),
    sa.Column("name_en", sa.Text),
    sa.Column("version", sa.BigInteger),
)


person = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("status", sa.Text),
    sa.Column("home_unit_id", sa.Uuid),
    sa.Column("district_id", sa.Uuid),
    sa.Column("born", sa.Date),
    sa.Column("sex", sa.Text),
    sa.Column("grade", sa.Text),
    sa.Column("hardship", _Texts),
    sa.Column("household_id", sa.Uuid),
    sa.Column("household_by", ARRAY(sa.Uuid)),
    sa.Column("household_next", sa.Uuid),
    sa.Column("household_next_by", sa.Uuid),
    sa.Column("home_latitude_millideg", sa.Integer),
    sa.Column("home_longitude_millideg", sa.Integer),
    sa.Column("has_phone", sa.Boolean),
    sa.Column("speaks", _Texts),
    sa.Column("visit_risk", sa.Text),
    sa.Column("visit_listed_on", sa.Date),
    sa.Column("training", sa.Boolean),
    sa.Column("clean_record", sa.Boolean),
    sa.Column("insured_until", sa.Date),
    sa.Column("certificates", _Texts),
    sa.Column("was_volunteer", sa.Boolean),
    sa.Column("died_on", sa.Date),
    sa.Column("known_to", ARRAY(sa.Uuid)),
    sa.Column("registered_at", _Instant),
    sa.Column("lapse_announced", sa.Date),
    sa.Column("erase_on", sa.Date),
    sa.Column("version", sa.BigInteger),
)


person_key = sa.Table(
    "person_key",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("master_key_id", sa.Text),
    sa.Column("wrapped", sa.LargeBinary),
)


person_identity = sa.Table(
    "person_identity",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
)


person_photo = sa.Table(
    "person_photo",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
)


person_index = sa.Table(
    "person_index",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("key_id", sa.Text),
    sa.Column("opens_from", _Instant),
    sa.Column("opens_until", _Instant),
)


retired_index_key = sa.Table(
    "retired_index_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("retired_at", _Instant),
)


credential = sa.Table(
    "credential",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("changed_at", _Instant),
    sa.Column("set_by_other", sa.Boolean),
    sa.Column("used_at", _Instant),
)


role_grant = sa.Table(
    "role_grant",
    metadata,
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("role", sa.Text),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("granted_by", sa.Uuid),
    sa.Column("granted_at", _Instant),
    sa.Column("ended_by", sa.Uuid),
    sa.Column("ended_at", _Instant),
    sa.Column("lent_by_id", sa.Uuid),
)


status_change = sa.Table(
    "status_change",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("status", sa.Text),
    words_column("why"),
    sa.Column("changed_by", sa.Uuid),
    sa.Column("changed_at", _Instant),
)


consent = sa.Table(
    "consent",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("act", sa.Text),
    sa.Column("how", sa.Text),
    sa.Column("given_at", _Instant),
    words_column("words"),
    words_column("why"),
    sa.Column("recorded_by", sa.Uuid),
    sa.Column("recorded_at", _Instant),
)


acted_for = sa.Table(
    "acted_for",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("use_id", sa.Uuid),
    sa.Column("service", sa.Text),
    sa.Column("person_id", sa.Uuid),
    sa.Column("actor_id", sa.Uuid),
    sa.Column("grant_id", sa.Uuid),
    sa.Column("act", sa.Text),
    sa.Column("subject_id", sa.Uuid),
    sa.Column("minutes", sa.Integer),
    sa.Column("how", sa.Text),
    sa.Column("given_at", _Instant),
    sa.Column("at", _Instant),
)


signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("public_key", sa.LargeBinary),
    sa.Column("sealed_private_key", sa.LargeBinary),
    sa.Column("active_from", _Instant),
    sa.Column("retired_at", _Instant),
    sa.Column("is_withdrawn", sa.Boolean),
)


access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("viewed_at", _Instant),
    sa.Column("viewer_id", sa.Uuid),
    sa.Column("person_id", sa.Uuid),
    sa.Column("what", sa.Text),
    words_column("why"),
)


erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("erasure_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("credit_to_pool", sa.Boolean),
    sa.Column("requested_by", sa.Uuid),
    sa.Column("requested_at", _Instant),
    sa.Column("state", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("answers", JSONB),
    sa.Column("last_service_on", sa.Date),
)
