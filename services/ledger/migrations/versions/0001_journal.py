"""The journal: books, wallets, entries and answers, to which rows are only ever added."""

from alembic import op

from libs.db.grants import grant

revision = "0001"
down_revision = None

APPEND_ONLY = ("book", "wallet", "entry", "answer", "ddl")

TABLES = (
    """
    CREATE TABLE journal.book (
        book integer PRIMARY KEY CHECK (book > 0),
        district_id uuid NOT NULL UNIQUE,
        opened_at bigint NOT NULL
    )""",
    """
    CREATE TABLE journal.wallet (
        wallet bigint PRIMARY KEY,
        opened_at bigint NOT NULL,
        book integer NOT NULL CHECK (wallet >> 36 = book),
        class smallint NOT NULL CHECK (wallet & 15 = class AND class BETWEEN 1 AND 11),
        wallet_id uuid NOT NULL UNIQUE,
        owner uuid NOT NULL
    )""",
    "CREATE INDEX wallet_of_owner ON journal.wallet (owner)",
    # Fixed width, no nulls, widest first: a row of COPY BINARY always has the same length, and none is padded.
    """
    CREATE TABLE journal.entry (
        pos bigint NOT NULL CHECK (pos > 0),
        debit bigint NOT NULL,
        credit bigint NOT NULL,
        debit_after bigint NOT NULL,
        credit_after bigint NOT NULL,
        effective_at bigint NOT NULL,
        recorded_at bigint NOT NULL,
        book integer NOT NULL,
        minutes integer NOT NULL,
        debit_version integer NOT NULL,
        credit_version integer NOT NULL,
        policy_version integer NOT NULL,
        reason smallint NOT NULL,
        outcome smallint NOT NULL,
        leg smallint NOT NULL,
        legs smallint NOT NULL,
        evidence smallint NOT NULL,
        request_id uuid NOT NULL,
        cause uuid NOT NULL,
        act_id uuid NOT NULL,
        actor uuid NOT NULL,
        checker uuid NOT NULL,
        salt uuid NOT NULL,
        leaf_hash bytea NOT NULL,
        PRIMARY KEY (book, pos),
        CONSTRAINT takes_effect_between_2000_and_2100 CHECK (
            effective_at >= 946684800000000 AND effective_at < 4133980800000000),
        CONSTRAINT credit_moves_between_two_wallets CHECK (
            outcome <> 0 OR (minutes > 0 AND debit <> credit AND debit_version > 0 AND credit_version > 0)),
        CONSTRAINT credit_stays_in_its_book CHECK (
            outcome <> 0 OR (debit >> 36 = book AND credit >> 36 = book)),
        CONSTRAINT never_below_zero CHECK (
            outcome <> 0 OR ((debit_after >= 0 OR debit & 15 <= 2) AND (credit_after >= 0 OR credit & 15 <= 2))),
        CONSTRAINT what_moves_nothing_has_no_version CHECK (
            outcome = 0 OR (debit_version = 0 AND credit_version = 0 AND debit_after = 0 AND credit_after = 0))
    ) WITH (fillfactor = 100)""",
    "CREATE UNIQUE INDEX entry_once ON journal.entry (request_id)",
    "CREATE UNIQUE INDEX entry_debit ON journal.entry (debit, debit_version) WHERE outcome = 0",
    "CREATE UNIQUE INDEX entry_credit ON journal.entry (credit, credit_version) WHERE outcome = 0",
    "CREATE INDEX entry_act ON journal.entry (act_id) WHERE act_id <> '00000000-0000-0000-0000-000000000000'",
    "CREATE INDEX entry_noted_debit ON journal.entry (debit) WHERE outcome = 1",
    "CREATE INDEX entry_noted_credit ON journal.entry (credit) WHERE outcome = 1",
    # What the others hear about a posting beyond its transfers, made when the row is made.
    """
    CREATE TABLE journal.answer (
        pos bigint NOT NULL,
        book integer NOT NULL,
        event_type text NOT NULL,
        payload bytea NOT NULL,
        PRIMARY KEY (book, pos)
    )""",
    """
    CREATE TABLE journal.ddl (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        by_role text NOT NULL DEFAULT session_user,
        command text NOT NULL,
        object text NOT NULL,
        statement text NOT NULL
    )""",
)

REFUSE = """
    CREATE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the journal is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$"""

# Only a superuser may create an event trigger, so the set-up does (store/ddl_watch.py); what it calls is here.
# Both events are needed: a dropped object is no longer among the commands of ddl_command_end.
RECORD_DDL = """
    CREATE FUNCTION journal.record_ddl() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = journal, pg_catalog, pg_temp AS $$
    DECLARE
        found record;
    BEGIN
        IF TG_EVENT = 'sql_drop' THEN
            FOR found IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE schema_name = 'journal' LOOP
                INSERT INTO journal.ddl (command, object, statement)
                VALUES (TG_TAG, found.object_identity, left(current_query(), 4000));
            END LOOP;
            RETURN;
        END IF;
        FOR found IN SELECT * FROM pg_event_trigger_ddl_commands()
                WHERE schema_name = 'journal' OR object_identity LIKE 'journal.%' LOOP
            INSERT INTO journal.ddl (command, object, statement)
            VALUES (found.command_tag, found.object_identity, left(current_query(), 4000));
        END LOOP;
    END $$"""


def upgrade() -> None:
    """Create the schema; its tables refuse every change but an insert, from everyone."""
    op.execute("CREATE SCHEMA journal")
    for statement in (*TABLES, REFUSE, RECORD_DDL):
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()""")
        # ALWAYS: also while session_replication_role = replica, where ordinary triggers sleep.
        op.execute(f"ALTER TABLE journal.{table} ENABLE ALWAYS TRIGGER refuse_change")
    grant(op, "USAGE", "SCHEMA journal")
    grant(op, "SELECT, INSERT", *(f"journal.{table}" for table in APPEND_ONLY if table != "ddl"))
    grant(op, "SELECT", "journal.ddl")
    owner = "current_user"
    op.execute(f"""DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA journal TO %I',
        replace({owner}, '_owner', '_reader')); END $$""")
