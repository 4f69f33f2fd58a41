"""The tree, persons, credentials, roles, records of two people, policies, sessions, the view log, complaints."""

from alembic import op

from libs.db.grants import app_role, grant
from libs.http.commands import create_commands
from libs.inbox import create_inbox
from libs.outbox import create_outbox
from libs.programme.proposals import COLUMNS_SQL

revision = "0001"
down_revision = None

_TABLES = (
    """
    CREATE TABLE unit (
        unit_id uuid PRIMARY KEY,
        parent_id uuid REFERENCES unit,
        level text NOT NULL,
        path uuid[] NOT NULL,
        district_id uuid,
        name_zh text NOT NULL,
        name_en text NOT NULL DEFAULT '',
        version bigint NOT NULL
    )""",
    "CREATE INDEX unit_parent ON unit (parent_id)",
    """
    CREATE TABLE person (
        person_id uuid PRIMARY KEY,
        status text NOT NULL,
        home_unit_id uuid NOT NULL REFERENCES unit,
        district_id uuid,
        born date NOT NULL,
        sex text NOT NULL,
        grade text NOT NULL,
        hardship text[] NOT NULL,
        household_id uuid,
        household_by uuid[] NOT NULL DEFAULT '{}',
        household_next uuid,
        household_next_by uuid,
        home_latitude_millideg integer,
        home_longitude_millideg integer,
        has_phone boolean NOT NULL,
        visit_risk text,
        visit_listed_on date,
        training boolean NOT NULL,
        clean_record boolean NOT NULL,
        insured_until date,
        certificates text[] NOT NULL,
        was_volunteer boolean NOT NULL,
        died_on date,
        known_to uuid[] NOT NULL DEFAULT '{}',
        registered_at timestamptz NOT NULL,
        lapse_announced date,
        version bigint NOT NULL,
        CHECK ((home_latitude_millideg IS NULL) = (home_longitude_millideg IS NULL))
    )""",
    "CREATE INDEX person_home_unit ON person (home_unit_id, person_id)",
    """
    CREATE INDEX person_insurance ON person (insured_until)
        WHERE status = 'active' AND insured_until IS DISTINCT FROM lapse_announced""",
    # The person's own key, wrapped by the master key. Destroying this row makes person_identity unreadable for ever.
    """
    CREATE TABLE person_key (
        person_id uuid PRIMARY KEY,
        master_key_id text NOT NULL,
        wrapped bytea NOT NULL
    )""",
    """
    CREATE TABLE person_identity (
        person_id uuid PRIMARY KEY REFERENCES person,
        sealed bytea NOT NULL
    )""",
    """
    CREATE TABLE person_index (
        kind text NOT NULL,
        digest bytea NOT NULL,
        person_id uuid NOT NULL REFERENCES person,
        opens_from timestamptz,
        opens_until timestamptz,
        PRIMARY KEY (kind, digest, person_id)
    )""",
    "CREATE UNIQUE INDEX person_index_sign_in_name ON person_index (digest) WHERE kind = 'sign_in_name'",
    "CREATE UNIQUE INDEX person_index_sign_in_looks ON person_index (digest) WHERE kind = 'sign_in_looks'",
    "CREATE UNIQUE INDEX person_index_id_number ON person_index (digest) WHERE kind = 'id_number'",
    "CREATE INDEX person_index_person ON person_index (person_id)",
    """
    CREATE TABLE credential (
        person_id uuid PRIMARY KEY REFERENCES person,
        password_hash text NOT NULL,
        changed_at timestamptz NOT NULL,
        set_by_other boolean NOT NULL,
        used_at timestamptz
    )""",
    """
    CREATE TABLE role_grant (
        grant_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        role text NOT NULL,
        unit_id uuid NOT NULL REFERENCES unit,
        granted_by uuid NOT NULL,
        granted_at timestamptz NOT NULL,
        ended_by uuid,
        ended_at timestamptz
    )""",
    "CREATE UNIQUE INDEX role_grant_held ON role_grant (person_id, role, unit_id) WHERE ended_at IS NULL",
    """
    CREATE TABLE status_change (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        status text NOT NULL,
        why text NOT NULL,
        changed_by uuid NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
    "CREATE INDEX status_change_person ON status_change (person_id, number)",
    """
    CREATE TABLE relation (
        relation_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        relative_id uuid NOT NULL REFERENCES person,
        kind text NOT NULL,
        recorded_by uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        asks_verification boolean NOT NULL,
        verified boolean NOT NULL,
        is_active boolean NOT NULL,
        confirmed_by uuid,
        ending_by uuid,
        version bigint NOT NULL,
        CHECK (person_id <> relative_id)
    )""",
    "CREATE INDEX relation_person ON relation (person_id)",
    "CREATE INDEX relation_relative ON relation (relative_id)",
    f"""
    CREATE TABLE finding (
        finding_id uuid PRIMARY KEY,
        kind text NOT NULL,
        person_id uuid NOT NULL REFERENCES person,
        grade text,
        categories text[] NOT NULL,
        {COLUMNS_SQL},
        CHECK (decided_by IS NULL OR decided_by <> person_id)
    )""",
    "CREATE INDEX finding_person ON finding (person_id, kind, proposed_at)",
    "CREATE INDEX finding_waiting ON finding (lapses_at) WHERE state = 'proposed'",
    """
    CREATE TABLE acting_grant (
        grant_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        relative_id uuid NOT NULL REFERENCES person,
        acts text[] NOT NULL CHECK (cardinality(acts) > 0),
        minutes_per_month integer CHECK (minutes_per_month > 0),
        until date NOT NULL,
        how text NOT NULL,
        given_at timestamptz NOT NULL,
        words text NOT NULL,
        recorded_by uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        is_active boolean NOT NULL,
        version bigint NOT NULL,
        CHECK (person_id <> relative_id)
    )""",
    "CREATE INDEX acting_grant_person ON acting_grant (person_id)",
    "CREATE INDEX acting_grant_relative ON acting_grant (relative_id)",
    """
    CREATE TABLE consent (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id uuid NOT NULL,
        act text NOT NULL,
        how text NOT NULL,
        given_at timestamptz NOT NULL,
        words text NOT NULL,
        why text NOT NULL,
        recorded_by uuid NOT NULL,
        recorded_at timestamptz NOT NULL
    )""",
    "CREATE INDEX consent_person ON consent (person_id, number)",
    # What was done for somebody, here and as the other services told it.
    """
    CREATE TABLE acted_for (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        use_id uuid NOT NULL UNIQUE,
        service text NOT NULL,
        person_id uuid NOT NULL,
        actor_id uuid NOT NULL,
        grant_id uuid,
        act text NOT NULL,
        subject_id uuid NOT NULL,
        minutes integer NOT NULL,
        how text NOT NULL,
        given_at timestamptz NOT NULL,
        at timestamptz NOT NULL
    )""",
    "CREATE INDEX acted_for_person ON acted_for (person_id, number)",
    "CREATE INDEX acted_for_grant ON acted_for (grant_id, number) WHERE grant_id IS NOT NULL",
    f"""
    CREATE TABLE policy (
        policy_id uuid PRIMARY KEY,
        district_id uuid NOT NULL REFERENCES unit,
        effective date NOT NULL,
        preset text NOT NULL,
        changes jsonb NOT NULL,
        parameters jsonb NOT NULL,
        base_version integer NOT NULL,
        policy_version integer,
        {COLUMNS_SQL},
        UNIQUE (district_id, policy_version),
        CHECK ((state = 'accepted') = (policy_version IS NOT NULL))
    )""",
    "CREATE INDEX policy_waiting ON policy (lapses_at) WHERE state = 'proposed'",
    """
    CREATE TABLE session (
        session_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        began_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        password_change_only boolean NOT NULL,
        ended_at timestamptz,
        ended_because text
    )""",
    "CREATE INDEX session_person ON session (person_id) WHERE ended_at IS NULL",
    "CREATE INDEX session_expires ON session (expires_at)",
    """
    CREATE TABLE refresh_token (
        digest bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
        used_at timestamptz
    )""",
    "CREATE INDEX refresh_token_session ON refresh_token (session_id)",
    """
    CREATE TABLE counted_try (
        subject bytea PRIMARY KEY,
        tries integer NOT NULL,
        last_at timestamptz NOT NULL,
        open_at timestamptz NOT NULL
    )""",
    "CREATE INDEX counted_try_last ON counted_try (last_at)",
    """
    CREATE TABLE signing_key (
        key_id text PRIMARY KEY,
        public_key bytea NOT NULL,
        sealed_private_key bytea NOT NULL,
        active_from timestamptz NOT NULL,
        retired_at timestamptz,
        is_withdrawn boolean NOT NULL
    )""",
    """
    CREATE TABLE access_log (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        viewed_at timestamptz NOT NULL,
        viewer_id uuid NOT NULL,
        person_id uuid NOT NULL,
        what text NOT NULL,
        why text NOT NULL
    )""",
    "CREATE INDEX access_log_person ON access_log (person_id, number)",
    "CREATE INDEX access_log_viewer ON access_log (viewer_id, number)",
    # Of one person and about one thing, one of each hand waits for its answer: what staff write stops nobody.
    """
    CREATE TABLE complaint (
        complaint_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        filed_by uuid NOT NULL REFERENCES person,
        about text NOT NULL,
        words text NOT NULL,
        filed_at timestamptz NOT NULL,
        state text NOT NULL,
        answered_by uuid,
        answered_at timestamptz,
        reason text,
        CHECK (answered_by IS NULL OR answered_by NOT IN (person_id, filed_by)),
        CHECK ((state = 'open') = (answered_by IS NULL))
    )""",
    "CREATE INDEX complaint_person ON complaint (person_id, complaint_id)",
    "CREATE UNIQUE INDEX complaint_open ON complaint (person_id, about, filed_by) WHERE state = 'open'",
)

# The service changes neither what it answered nor who looked at whom. Of a person whose data have ended the owner does,
# on its word: what commands about them answered is blanked, and why somebody looked at them.
_FORGET = """
CREATE FUNCTION forget_what_was_kept(gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM person WHERE person_id = gone AND status IN ('sealed', 'erased')) THEN
        RAISE EXCEPTION 'the data of % have not ended', gone USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE access_log SET why = '' WHERE person_id = gone;
    -- What an erasure answered names nothing but itself, and is waited for.
    UPDATE command SET answer = jsonb_build_object('person_id', gone)
        WHERE answer->>'person_id' = gone::text AND NOT answer ? 'erasure_id';
END $$"""


def upgrade() -> None:
    """Create everything, and grant the service what it needs, table by table."""
    for statement in _TABLES:
        op.execute(statement)
    create_commands(op.get_bind())
    # Whom a command was about: its answer goes with that person's data.
    op.execute("CREATE INDEX command_person ON command ((answer->>'person_id')) WHERE answer->>'person_id' IS NOT NULL")
    create_outbox(op)
    create_inbox(op)
    grant(op, "SELECT, INSERT", "command", "status_change", "access_log", "consent", "acted_for")
    grant(op, "UPDATE (words, why)", "consent")
    grant(op, "UPDATE (why)", "status_change")
    grant(op, "SELECT, INSERT, UPDATE", "unit", "person", "role_grant", "relation", "finding", "acting_grant", "policy")
    grant(op, "SELECT, INSERT, UPDATE", "person_identity", "credential", "signing_key", "complaint")
    grant(op, "SELECT, INSERT, DELETE", "person_index")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "counted_try")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "person_key", "session", "refresh_token")
    grant(op, "DELETE", "person_identity", "credential")
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_what_was_kept FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION forget_what_was_kept TO {app_role(op)}")
