"""Orders with their parts and steps, the read models of people and rules, books, slips, visits and incidents.

The first version of the service catalogue comes with it, and its events.
"""

import dataclasses

import sqlalchemy
from alembic import op

from libs.clock import local_midnight
from libs.db.grants import app_role, grant
from libs.http.commands import create_commands
from libs.inbox import create_inbox
from libs.outbox import create_outbox
from libs.outbox.outbox import write_events
from libs.programme.proposals import COLUMNS_SQL
from services.orders.catalogue.messages import catalogue_event
from services.orders.catalogue.store import services_of_file
from services.orders.core.store.directory import DIRECTORY

revision = "0001"
down_revision = None

READ_MODELS = (
    "CREATE INDEX person_area ON person (area_latitude_e6, area_longitude_e6)",
    "CREATE INDEX person_listed ON person (home_unit_id) WHERE visit_listed_on IS NOT NULL",
    """
    CREATE TABLE volunteer_group (
        group_id uuid PRIMARY KEY,
        leader_id uuid NOT NULL,
        member_ids uuid[] NOT NULL
    )""",
    """
    CREATE TABLE catalogue_item (
        code text NOT NULL,
        version integer NOT NULL,
        effective date NOT NULL,
        name_zh text NOT NULL,
        name_en text NOT NULL,
        service_class text NOT NULL,
        risk text NOT NULL,
        persons integer NOT NULL,
        min_minutes integer NOT NULL,
        max_minutes integer NOT NULL,
        coefficient_percent integer NOT NULL,
        funding text[] NOT NULL,
        certificate text NOT NULL,
        max_grade text NOT NULL,
        checklist text[] NOT NULL,
        certificate_for text NOT NULL,
        PRIMARY KEY (code, version)
    )""",
)

ORDERS = (
    """
    CREATE TABLE orders (
        order_id uuid PRIMARY KEY,
        district_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        recipient_id uuid NOT NULL,
        service_code text NOT NULL,
        catalogue_version integer NOT NULL,
        planned_minutes integer NOT NULL CHECK (planned_minutes > 0),
        start_at timestamptz NOT NULL,
        end_at timestamptz NOT NULL,
        funding text NOT NULL CHECK (funding IN ('credit', 'programme', 'pool', 'purchased')),
        persons integer NOT NULL CHECK (persons > 0),
        coefficient_percent integer NOT NULL,
        price_minutes integer NOT NULL CHECK (price_minutes >= 0),
        placed_by uuid NOT NULL,
        placed_at timestamptz NOT NULL,
        policy_version integer NOT NULL,
        state text NOT NULL,
        payer_id uuid,
        acting_for uuid,
        consent jsonb,
        why text NOT NULL,
        declined_code text NOT NULL,
        published_at timestamptz,
        no_taker_at timestamptz,
        offered_to uuid,
        offer_lapses_at timestamptz,
        service_policy_version integer,
        flags text[] NOT NULL,
        called_back_by uuid,
        called_back_at timestamptz,
        approvers uuid[] NOT NULL,
        settlement integer NOT NULL,
        issued_minutes integer NOT NULL,
        fallback text NOT NULL,
        decided_minutes integer,
        slip_number integer,
        late_cancelled boolean NOT NULL,
        ended_at timestamptz
    )""",
    "CREATE INDEX orders_recipient ON orders (recipient_id, start_at)",
    "CREATE INDEX orders_placed_by ON orders (placed_by)",
    "CREATE INDEX orders_payer ON orders (payer_id) WHERE payer_id IS NOT NULL",
    "CREATE INDEX orders_state ON orders (state, unit_id, start_at)",
    "CREATE INDEX orders_budget ON orders (district_id, start_at) WHERE funding = 'programme'",
    """
    CREATE TABLE assignment (
        order_id uuid NOT NULL REFERENCES orders,
        volunteer_id uuid NOT NULL,
        number integer NOT NULL,
        volunteer_district_id uuid NOT NULL,
        taken_at timestamptz NOT NULL,
        guardian_id uuid,
        group_id uuid,
        checked_in_at timestamptz,
        in_latitude_e6 integer,
        in_longitude_e6 integer,
        in_device text NOT NULL,
        code_right boolean NOT NULL,
        metres_from_home integer,
        checked_out_at timestamptz,
        out_latitude_e6 integer,
        out_longitude_e6 integer,
        out_device text NOT NULL,
        was_ended boolean NOT NULL,
        checked_in_by uuid,
        checked_out_by uuid,
        PRIMARY KEY (order_id, volunteer_id)
    )""",
    "CREATE INDEX assignment_volunteer ON assignment (volunteer_id, checked_out_at)",
    "CREATE INDEX assignment_device ON assignment (in_device, checked_in_at) WHERE in_device <> ''",
    """
    CREATE TABLE door (
        order_id uuid PRIMARY KEY REFERENCES orders,
        door_code_number integer NOT NULL CHECK (door_code_number >= 0),
        wrong_codes integer NOT NULL CHECK (wrong_codes >= 0),
        door_code_known_to uuid[] NOT NULL
    )""",
    """
    CREATE TABLE confirmation (
        order_id uuid PRIMARY KEY REFERENCES orders,
        confirmed_by uuid,
        confirmed_at timestamptz NOT NULL,
        confirm_device text NOT NULL,
        rating integer CHECK (rating BETWEEN 1 AND 5)
    )""",
    """
    CREATE TABLE dispute (
        order_id uuid PRIMARY KEY REFERENCES orders,
        disputed_from text,
        says_minutes integer,
        decided_by uuid,
        decision_why text NOT NULL
    )""",
    f"""
    CREATE TABLE decision (
        decision_id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES orders,
        settlement integer NOT NULL,
        minutes integer NOT NULL CHECK (minutes >= 0),
        why text NOT NULL,
        second_id uuid NOT NULL,
        {COLUMNS_SQL}
    )""",
    "CREATE INDEX decision_waiting ON decision (lapses_at) WHERE state = 'proposed'",
    "CREATE UNIQUE INDEX decision_once ON decision (order_id) WHERE state = 'proposed'",
    "CREATE INDEX decision_of_order ON decision (order_id, proposed_at)",
    """
    CREATE TABLE order_step (
        order_id uuid NOT NULL REFERENCES orders,
        number integer NOT NULL,
        verb text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        by uuid,
        acting_for uuid,
        consent jsonb,
        why text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (order_id, number)
    )""",
    """
    CREATE TABLE deadline (
        subject_id uuid NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (subject_id, kind)
    )""",
    "CREATE INDEX deadline_at ON deadline (at, subject_id)",
)

BOOKS = (
    """
    CREATE TABLE mark (
        order_id uuid NOT NULL REFERENCES orders,
        volunteer_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('no_show', 'late_cancellation')),
        at timestamptz NOT NULL,
        PRIMARY KEY (order_id, volunteer_id, kind, at)
    )""",
    "CREATE INDEX mark_volunteer ON mark (volunteer_id, at)",
    """
    CREATE TABLE service_record (
        record_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        recipient_id uuid,
        order_id uuid REFERENCES orders,
        kind text NOT NULL CHECK (kind IN ('served', 'reversed', 'imported')),
        minutes integer NOT NULL,
        evidence_class text NOT NULL CHECK (evidence_class IN ('verified', 'attested')),
        served_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    )""",
    "CREATE INDEX service_record_person ON service_record (person_id, served_on)",
    "CREATE INDEX service_record_recipient ON service_record (recipient_id)",
    "CREATE INDEX service_record_order ON service_record (order_id)",
    f"""
    CREATE TABLE record_proposal (
        record_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        minutes integer NOT NULL CHECK (minutes > 0),
        served_on date NOT NULL,
        {COLUMNS_SQL},
        scan text
    )""",
    "CREATE INDEX record_proposal_waiting ON record_proposal (lapses_at) WHERE state = 'proposed'",
    f"""
    CREATE TABLE reversal (
        reversal_id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES orders,
        settlement integer NOT NULL,
        why text NOT NULL,
        {COLUMNS_SQL}
    )""",
    "CREATE INDEX reversal_waiting ON reversal (lapses_at) WHERE state = 'proposed'",
    "CREATE UNIQUE INDEX reversal_once ON reversal (order_id, settlement) WHERE state = 'accepted'",
    """
    CREATE TABLE slip_range (
        range_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        first_number integer NOT NULL CHECK (first_number > 0),
        last_number integer NOT NULL CHECK (last_number >= first_number),
        issued_by uuid NOT NULL,
        issued_at timestamptz NOT NULL
    )""",
    "CREATE INDEX slip_range_unit ON slip_range (unit_id, first_number)",
    """
    CREATE TABLE slip_used (
        unit_id uuid NOT NULL,
        number integer NOT NULL,
        order_id uuid NOT NULL REFERENCES orders,
        scan text NOT NULL,
        PRIMARY KEY (unit_id, number)
    )""",
    """
    CREATE TABLE incident (
        incident_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('urgent_call', 'welfare_check')),
        state text NOT NULL CHECK (state IN ('escalated', 'closed')),
        person_id uuid,
        order_id uuid REFERENCES orders,
        unit_id uuid NOT NULL,
        district_id uuid NOT NULL,
        latitude_e6 integer,
        longitude_e6 integer,
        words text NOT NULL,
        opened_by uuid NOT NULL,
        opened_at timestamptz NOT NULL,
        acting_for uuid,
        consent jsonb,
        why text NOT NULL,
        outcome text NOT NULL,
        closed_by uuid,
        closed_at timestamptz
    )""",
    "CREATE INDEX incident_open ON incident (unit_id, opened_at) WHERE state = 'escalated'",
    "CREATE INDEX incident_opened_by ON incident (opened_by, opened_at)",
    """
    CREATE TABLE visit (
        visit_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        how text NOT NULL CHECK (how IN ('door', 'phone', 'video', 'order')),
        outcome text NOT NULL CHECK (outcome IN ('seen', 'no_answer')),
        visited_at timestamptz NOT NULL,
        recorded_by uuid NOT NULL,
        order_id uuid REFERENCES orders,
        reversed boolean NOT NULL DEFAULT false
    )""",
    "CREATE INDEX visit_person ON visit (person_id, visited_at)",
    """
    CREATE TABLE certificate (
        certificate_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        minutes bigint NOT NULL,
        verified_minutes bigint NOT NULL,
        first_on date,
        last_on date,
        issued_by uuid NOT NULL,
        issued_at timestamptz NOT NULL,
        number bigint GENERATED ALWAYS AS IDENTITY,
        verification_code text NOT NULL,
        acting_for uuid,
        consent jsonb,
        why text NOT NULL
    )""",
)


def upgrade() -> None:
    """Create the tables and give the service's role the rights it needs on each."""
    create_outbox(op)
    create_inbox(op)
    create_commands(op.get_bind())
    DIRECTORY.create(op)
    for statement in (*READ_MODELS, *ORDERS, *BOOKS):
        op.execute(statement)
    grant(op, "SELECT, INSERT", "command", "catalogue_item", "order_step", "mark", "service_record", "slip_range")
    grant(op, "SELECT, INSERT", "certificate")
    # What was said about a person can be forgotten: the free words, not the step or the certificate.
    for table in ("order_step", "certificate"):
        op.execute(f"GRANT UPDATE (consent, why) ON {table} TO {app_role(op)}")
    grant(op, "SELECT, INSERT, UPDATE", "slip_used", "orders", "record_proposal", "reversal", "incident", "visit")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "volunteer_group", "assignment", "deadline")
    grant(op, "SELECT, INSERT, UPDATE", "door", "confirmation", "dispute", "decision")
    _write_catalogue()


def _write_catalogue() -> None:
    """Write the catalogue and publish it with the same commit."""
    connection = op.get_bind()
    services = services_of_file()
    table = sqlalchemy.Table("catalogue_item", sqlalchemy.MetaData(), autoload_with=connection)
    # What later migrations add has a default there.
    rows = [
        {name: value for name, value in dataclasses.asdict(service).items() if name in table.c} for service in services
    ]
    for row in rows:
        row["funding"], row["checklist"] = sorted(row["funding"]), list(row["checklist"])
    connection.execute(table.insert(), rows)
    write_events(connection, [(catalogue_event(s, local_midnight(s.effective)), None) for s in services])
