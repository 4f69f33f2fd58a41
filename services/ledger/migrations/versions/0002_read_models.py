"""What the ledger knows from others, its outbox and inbox, its commands, and the proposals that two people make."""

from alembic import op

from libs.db.grants import grant
from libs.http.commands import create_commands
from libs.inbox import create_inbox
from libs.outbox import create_outbox
from services.ledger.store.known import DIRECTORY

revision = "0002"
down_revision = "0001"

TABLES = (
    "CREATE TABLE credit_due (person_id uuid PRIMARY KEY, due_at bigint NOT NULL)",
    "CREATE INDEX credit_due_first ON credit_due (due_at)",
    """
    CREATE TABLE erasure (
        erasure_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        credit_to_pool boolean NOT NULL
    )""",
    """
    CREATE TABLE proposal (
        proposal_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('pool_funding', 'migration', 'reversal', 'period_close')),
        district_id uuid NOT NULL,
        person_id uuid,
        wallet_class text,
        minutes integer,
        reverses uuid,
        reason text NOT NULL,
        has_scan boolean NOT NULL,
        effective_at bigint,
        month date CHECK ((month IS NOT NULL) = (kind = 'period_close')),
        proposed_by uuid NOT NULL,
        proposed_at bigint NOT NULL
    )""",
    """
    CREATE TABLE decision (
        proposal_id uuid PRIMARY KEY REFERENCES proposal,
        approved boolean NOT NULL,
        code text,
        decided_by uuid NOT NULL,
        decided_at bigint NOT NULL,
        why text,
        CONSTRAINT a_no_says_why CHECK (approved OR why IS NOT NULL)
    )""",
    # How far the month-end run has come, per district: a month that has begun is run once.
    """
    CREATE TABLE month_run (
        district_id uuid NOT NULL,
        month date NOT NULL,
        PRIMARY KEY (district_id, month)
    )""",
)


def upgrade() -> None:
    """Create the tables and grant each to the service's role by what it does with it."""
    create_outbox(op)
    create_inbox(op)
    create_commands(op.get_bind())
    DIRECTORY.create(op)
    for statement in TABLES:
        op.execute(statement)
    grant(
        op, "SELECT, INSERT, UPDATE, DELETE", "credit_due", "erasure",
    )  # fmt: skip
    grant(op, "SELECT, INSERT", "proposal", "decision", "month_run", "command")
