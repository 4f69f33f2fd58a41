"""What the ledger knows from others, its outbox and inbox, its commands, and the proposals that two people make."""

from alembic import op

from libs.db.grants import grant
from libs.http.commands import create_commands
from libs.inbox import create_inbox
from libs.outbox import create_outbox
from libs.programme.known_grants import create_known_grants
from libs.programme.standing import create_standing

revision = "0002"
down_revision = "0001"

TABLES = (
    """
    CREATE TABLE person (
        person_id uuid PRIMARY KEY,
        district_id uuid NOT NULL,
        home_unit_id uuid NOT NULL,
        status text NOT NULL,
        household_id uuid,
        household_verified boolean NOT NULL DEFAULT false,
        died_on date,
        credit_due_at bigint
    )""",
    "CREATE INDEX person_estate_due ON person (credit_due_at) WHERE credit_due_at IS NOT NULL",
    """
    CREATE TABLE relation (
        relation_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        relative_id uuid NOT NULL,
        kind text NOT NULL,
        verified boolean NOT NULL,
        declared_by uuid,
        active boolean NOT NULL
    )""",
    "CREATE INDEX relation_person ON relation (person_id)",
    "CREATE INDEX relation_relative ON relation (relative_id)",
    """
    CREATE TABLE org_unit (
        unit_id uuid PRIMARY KEY,
        parent_id uuid,
        district_id uuid,
        level text NOT NULL,
        name_zh text NOT NULL,
        name_en text NOT NULL
    )""",
    """
    CREATE TABLE policy (
        district_id uuid NOT NULL,
        policy_version integer NOT NULL,
        effective date NOT NULL,
        parameters jsonb NOT NULL,
        PRIMARY KEY (district_id, policy_version)
    )""",
    """
    CREATE TABLE signing_key (
        key_id text PRIMARY KEY,
        public_key bytea NOT NULL,
        retired_at bigint NOT NULL
    )""",
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
    create_standing(op)
    create_known_grants(op)
    for statement in TABLES:
        op.execute(statement)
    grant(
        op, "SELECT, INSERT, UPDATE, DELETE", "person", "relation", "org_unit", "policy", "signing_key", "erasure",
    )  # fmt: skip
    grant(op, "SELECT, INSERT", "proposal", "decision", "month_run", "command")
