"""What the clock asks of wallets is found by indexes, and the month's end goes on where it was interrupted."""

from alembic import op

from libs.db.grants import grant

revision = "0009"
down_revision = "0008"

GRANTED = 6
"""The class of granted wallets, as it stands in their numbers."""


def upgrade() -> None:
    """Create the indexes; a run that is not done has reached somebody."""
    op.execute(f"CREATE INDEX wallet_granted_first ON journal.wallet (book, opened_at) WHERE class = {GRANTED}")
    op.execute(f"CREATE INDEX wallet_granted ON journal.wallet (book, owner) WHERE class = {GRANTED}")
    op.execute("CREATE INDEX person_home ON person (home_unit_id)")
    op.execute("CREATE INDEX proposal_of_district ON proposal (district_id, proposed_at)")
    op.execute("ALTER TABLE month_run ADD reached_id uuid")
    grant(op, "UPDATE", "month_run")
