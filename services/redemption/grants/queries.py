"""Reads of grant runs: plain SQL, no lock, no rule."""

import sqlalchemy as sa

from libs.http.lists import Listing, equals
from services.redemption.grants.tables import grant_line, grant_run

_PEOPLE = sa.select(sa.func.count()).where(grant_line.c.grant_run_id == grant_run.c.grant_run_id)
GRANT_RUNS = Listing(
    sa.select(
        grant_run.c.grant_run_id,
        grant_run.c.district_id,
        sa.func.to_char(grant_run.c.month, "YYYY-MM").label("month"),
        grant_run.c.amount_minutes,
        grant_run.c.state,
        grant_run.c.code,
        grant_run.c.requested_by,
        grant_run.c.policy_version,
        grant_run.c.requested_at,
        _PEOPLE.scalar_subquery().label("people"),
    ),
    order=(grant_run.c.requested_at, grant_run.c.grant_run_id),
    narrowed={"unit": equals(grant_run.c.district_id)},
    scope=("unit",),
    newest_first=True,
)
"""The runs of a district."""


DECIDED = """
    SELECT grant_run_id AS id, state FROM grant_run WHERE grant_run_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
