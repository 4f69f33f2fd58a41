"""The versions of districts' rules as a service keeps them from events, and which of them binds on a day.

Each service has its own table of this form; accounts, which publishes them, keeps proposals in the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from libs.db.prepared import Prepared, text_of
from libs.db.rows import delete_rows, save_row
from libs.programme.policy import Policy
from libs.programme.refusals import PolicyMissingError

POLICIES_KEPT_MAX = 512
metadata = sa.MetaData()
policy = sa.Table(
    "policy",
    metadata,
    sa.Column("district_id", sa.Uuid, primary_key=True),
    sa.Column("policy_version", sa.Integer, primary_key=True),
    sa.Column("effective", sa.Date, nullable=False),
    sa.Column("parameters", JSONB, nullable=False),
)


_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)


def binding_first(versions: sa.Table, district: sa.ColumnElement[Any] | None = None) -> sa.Select[Any]:
    """Return the select of a district's version (`:district_id`, or that of a column) that binds on a local `:day`.

    It is the newest that is in force by then; before the first one takes effect, that one: a district that has rules
    is never without them.
    """
    is_in_force = versions.c.effective <= sa.bindparam("day", type_=sa.Date)
    newest_first = sa.case((is_in_force, versions.c.policy_version), else_=-versions.c.policy_version).desc()
    wanted = sa.bindparam("district_id", type_=sa.Uuid) if district is None else district
    of_district = versions.c.district_id == wanted
    return sa.select(versions).where(of_district).order_by(is_in_force.desc(), newest_first).limit(_ONE)


_BINDING = Prepared(binding_first(policy).with_only_columns(policy.c.policy_version))
BINDING_SQL = text_of(binding_first(policy).with_only_columns(policy.c.district_id, policy.c.policy_version))
"""The same as text, for a question that finds the district (`%(district_id)s`) by another."""
_VERSION = Prepared(
    sa.select(policy.c.effective, policy.c.parameters).where(
        policy.c.district_id == sa.bindparam("district_id"), policy.c.policy_version == sa.bindparam("version")
    )
)
_VERSIONS = Prepared(
    sa.text("""
    SELECT policy.* FROM policy
    JOIN unnest(CAST(:districts AS uuid[]), CAST(:versions AS integer[])) AS wanted (district_id, policy_version)
    USING (district_id, policy_version)
""")
)
_kept: WeakKeyDictionary[sa.Engine, dict[tuple[UUID, int], Policy]] = WeakKeyDictionary()


def policy_subject(subject: str) -> tuple[UUID, int]:
    """Return the district and the version that a policy's subject names: `district/version`."""
    district_id, _, version = subject.partition("/")
    return UUID(district_id), int(version)


def save_policy(
    connection: Connection, *, district_id: UUID, version: int, effective: date, parameters: Mapping[str, Any]
) -> None:
    """Keep a version of a district's rules."""
    row = {"district_id": district_id, "policy_version": version, "effective": effective, "parameters": parameters}
    save_row(connection, policy, row)
    forget_read_policies()


def forget_policy(connection: Connection, district_id: UUID, version: int) -> None:
    """Delete a version that is gone."""
    delete_rows(connection, policy, district_id=district_id, policy_version=version)
    forget_read_policies()


def forget_read_policies() -> None:
    """Let every version be read again from its row."""
    _kept.clear()


def find_policy(connection: Connection, district_id: UUID, version: int) -> Policy | None:
    """Return a version of a district's rules; None when it is not heard of. Versions never change, so they are kept."""
    kept, key = _kept.setdefault(connection.engine, {}), (district_id, version)
    if key not in kept:
        row = _VERSION.first(connection, {"district_id": district_id, "version": version})
        if row is None:
            return None
        if len(kept) >= POLICIES_KEPT_MAX:
            kept.clear()
        kept[key] = Policy.read(row.parameters, district_id=district_id, version=version, effective=row.effective)
    return kept[key]


def read_versions(connection: Connection, wanted: Iterable[tuple[UUID, int]]) -> None:
    """Read versions of districts' rules in one statement, where they are not kept, for `policy_of_version` to find."""
    kept, wanted = _kept.setdefault(connection.engine, {}), set(wanted)
    if len(kept) + len(wanted) > POLICIES_KEPT_MAX:
        kept.clear()
    unread = wanted - kept.keys()
    if not unread:
        return
    districts, versions = zip(*unread, strict=True)
    for row in _VERSIONS.mappings(connection, {"districts": list(districts), "versions": list(versions)}):
        district_id, version = row["district_id"], row["policy_version"]
        kept[district_id, version] = Policy.read(
            row["parameters"], district_id=district_id, version=version, effective=row["effective"]
        )


def find_policy_on(connection: Connection, district_id: UUID, day: date) -> Policy | None:
    """Return the version that binds in a district on a local day; None when it has no rules yet."""
    version = _BINDING.scalar(connection, {"district_id": district_id, "day": day})
    return None if version is None else find_policy(connection, district_id, version)


def policy_of_version(connection: Connection, district_id: UUID, version: int) -> Policy:
    """Return a version of a district's rules.

    Raises:
        PolicyMissingError: it has not been heard of, or is gone.
    """
    found = find_policy(connection, district_id, version)
    if found is None:
        raise PolicyMissingError(district_id=district_id, policy_version=version)
    return found


def policy_on(connection: Connection, district_id: UUID, day: date) -> Policy:
    """Return the version that binds in a district on a local day.

    Raises:
        PolicyMissingError: the district has no rules yet.
    """
    found = find_policy_on(connection, district_id, day)
    if found is None:
        raise PolicyMissingError(district_id=district_id, day=day.isoformat())
    return found
