"""The tables of redemption: what it knows of people and rules, what was asked, and what came of it."""

from alembic import op

from libs.db.grants import grant
from libs.http import create_commands
from libs.inbox import create_inbox
from libs.outbox import create_outbox
from services.redemption.core.store.directory import DIRECTORY

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and give the service's role what it needs of each."""
    create_outbox(op)
    create_inbox(op)
    create_commands(op.get_bind())
    DIRECTORY.create(op)
    for statement in (*_KNOWN, *_ASKED):
        op.execute(statement)
    grant(op, "SELECT, INSERT", "command")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "catalogue_item")
    grant(op, "SELECT, INSERT, UPDATE", "order_placed", "service_minutes")
    grant(op, "SELECT, INSERT, UPDATE", "redemption", "capture", "credit_request", "grant_run", "grant_line")
    grant(op, "SELECT, INSERT, UPDATE", "entitlement", "entitlement_use", "estate")


_KNOWN = (
    "CREATE INDEX person_of_district ON person (district_id) WHERE is_recipient",
    """
    CREATE TABLE catalogue_item (
        code text NOT NULL,
        version integer NOT NULL,
        effective date NOT NULL,
        persons integer NOT NULL,
        min_minutes integer NOT NULL,
        max_minutes integer NOT NULL,
        coefficient_percent integer NOT NULL,
        funding text[] NOT NULL,
        max_grade text NOT NULL,
        PRIMARY KEY (code, version)
    )""",
    """
    CREATE TABLE order_placed (
        order_id uuid PRIMARY KEY,
        district_id uuid NOT NULL,
        recipient_id uuid NOT NULL,
        service_code text NOT NULL,
        planned_minutes integer NOT NULL,
        funding text NOT NULL,
        under_review boolean NOT NULL,
        fallback text CHECK (fallback IN ('purchased', 'market'))
    )""",
    """
    CREATE TABLE service_minutes (
        order_id uuid NOT NULL,
        settlement integer NOT NULL,
        person_id uuid NOT NULL,
        minutes integer NOT NULL,
        is_reversed boolean NOT NULL DEFAULT false,
        PRIMARY KEY (order_id, settlement, person_id)
    )""",
    "CREATE INDEX service_minutes_of_person ON service_minutes (person_id)",
)

_ASKED = (
    """
    CREATE TABLE redemption (
        redemption_id uuid PRIMARY KEY,
        district_id uuid NOT NULL,
        unit_id uuid,
        recipient_id uuid NOT NULL,
        payer_id uuid NOT NULL,
        payer_district_id uuid NOT NULL,
        service_code text NOT NULL,
        planned_minutes integer NOT NULL CHECK (planned_minutes >= 0),
        start_at timestamptz NOT NULL,
        week date NOT NULL,
        price_minutes integer NOT NULL CHECK (price_minutes >= 0),
        coefficient_percent integer NOT NULL,
        persons integer NOT NULL,
        requested_by uuid NOT NULL,
        acting_for uuid,
        consent jsonb,
        why text,
        policy_version integer NOT NULL,
        requested_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'held', 'declined', 'fulfilled', 'cancelled')),
        code text,
        hold text NOT NULL CHECK (hold IN ('none', 'asked', 'placed', 'releasing', 'ended')),
        end_why text,
        decided_at timestamptz,
        CHECK ((state = 'declined') = (code IS NOT NULL))
    )""",
    "CREATE INDEX redemption_of_recipient ON redemption (recipient_id, redemption_id)",
    "CREATE INDEX redemption_of_payer ON redemption (payer_id, redemption_id)",
    "CREATE INDEX redemption_of_district ON redemption (district_id, redemption_id)",
    """
    CREATE TABLE capture (
        redemption_id uuid NOT NULL,
        settlement integer NOT NULL,
        paid_minutes integer NOT NULL DEFAULT 0,
        is_reversed boolean NOT NULL DEFAULT false,
        PRIMARY KEY (redemption_id, settlement)
    )""",
    """
    CREATE TABLE credit_request (
        request_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('gift', 'donation', 'exchange')),
        district_id uuid NOT NULL,
        giver_id uuid NOT NULL,
        giver_district_id uuid NOT NULL,
        receiver_id uuid,
        receiver_district_id uuid,
        amount_minutes integer NOT NULL CHECK (amount_minutes > 0),
        requested_by uuid NOT NULL,
        acting_for uuid,
        consent jsonb,
        why text,
        policy_version integer NOT NULL,
        requested_at timestamptz NOT NULL,
        month date NOT NULL,
        state text NOT NULL CHECK (
            state IN ('proposed', 'requested', 'done', 'declined', 'reversed', 'turned_down', 'lapsed')),
        code text,
        lapses_at timestamptz,
        decided_by uuid,
        decided_at timestamptz,
        decision_why text,
        CHECK ((kind = 'gift') = (receiver_id IS NOT NULL)),
        CHECK (state <> 'proposed' OR lapses_at IS NOT NULL),
        CHECK (decided_by IS NULL OR decided_by NOT IN (requested_by, giver_id)),
        CHECK (state <> 'turned_down' OR (decided_by IS NOT NULL AND decision_why IS NOT NULL))
    )""",
    "CREATE INDEX credit_request_of_giver ON credit_request (giver_id, request_id)",
    "CREATE INDEX credit_request_waiting ON credit_request (lapses_at) WHERE state = 'proposed'",
    """
    CREATE TABLE grant_run (
        grant_run_id uuid PRIMARY KEY,
        district_id uuid NOT NULL,
        month date NOT NULL,
        amount_minutes integer NOT NULL CHECK (amount_minutes > 0),
        requested_by uuid NOT NULL,
        policy_version integer NOT NULL,
        requested_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'done', 'declined')),
        code text
    )""",
    """
    CREATE TABLE grant_line (
        grant_run_id uuid NOT NULL REFERENCES grant_run,
        person_id uuid NOT NULL,
        month date NOT NULL,
        is_live boolean NOT NULL DEFAULT true,
        PRIMARY KEY (grant_run_id, person_id)
    )""",
    "CREATE UNIQUE INDEX grant_line_once_a_month ON grant_line (person_id, month) WHERE is_live",
    """
    CREATE TABLE entitlement (
        entitlement_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        district_id uuid NOT NULL,
        minutes integer NOT NULL CHECK (minutes >= 0),
        from_month date NOT NULL,
        proposed_by uuid NOT NULL,
        proposed_at timestamptz NOT NULL,
        lapses_at timestamptz NOT NULL,
        why text,
        decided_by uuid,
        decided_at timestamptz,
        state text NOT NULL CHECK (state IN ('proposed', 'in_force', 'turned_down', 'lapsed')),
        decision_why text,
        number bigint GENERATED ALWAYS AS IDENTITY,
        CHECK (decided_by IS NULL OR decided_by <> proposed_by),
        CHECK (state <> 'turned_down' OR (decided_by IS NOT NULL AND decision_why IS NOT NULL))
    )""",
    "CREATE INDEX entitlement_waiting ON entitlement (lapses_at) WHERE state = 'proposed'",
    "CREATE INDEX entitlement_of_person ON entitlement (person_id, from_month DESC)",
    """
    CREATE TABLE entitlement_use (
        order_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        month date NOT NULL,
        held_minutes integer NOT NULL CHECK (held_minutes >= 0),
        used_minutes integer NOT NULL CHECK (used_minutes >= 0)
    )""",
    "CREATE INDEX entitlement_use_of_month ON entitlement_use (person_id, month)",
    """
    CREATE TABLE estate (
        estate_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        district_id uuid NOT NULL,
        to_person_id uuid,
        to_district_id uuid,
        proposed_by uuid NOT NULL,
        proposed_at timestamptz NOT NULL,
        lapses_at timestamptz NOT NULL,
        why text,
        decided_by uuid,
        decided_at timestamptz,
        state text NOT NULL CHECK (
            state IN ('proposed', 'requested', 'done', 'declined', 'turned_down', 'lapsed')),
        code text,
        decision_why text,
        CHECK (decided_by IS NULL OR decided_by <> proposed_by),
        CHECK (state <> 'turned_down' OR (decided_by IS NOT NULL AND decision_why IS NOT NULL))
    )""",
    "CREATE INDEX estate_waiting ON estate (lapses_at) WHERE state = 'proposed'",
)
