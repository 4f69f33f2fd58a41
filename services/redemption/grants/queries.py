"""Reads of grant runs: plain SQL, no lock, no rule."""

from services.redemption.core.store.lists import Listing

GRANT_RUNS = Listing(
    """
    SELECT g.grant_run_id, g.district_id, to_char(g.month, 'YYYY-MM') AS month, g.amount_minutes, g.state, g.code,
        g.requested_by, g.policy_version, g.requested_at,
        (SELECT count(*) FROM grant_line l WHERE l.grant_run_id = g.grant_run_id)::int AS people
    FROM grant_run g""",
    at="g.requested_at",
    key="g.grant_run_id",
    narrowed={"unit": "g.district_id = :unit"},
)
"""The runs of a district."""


DECIDED = """
    SELECT grant_run_id AS id, state FROM grant_run WHERE grant_run_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
