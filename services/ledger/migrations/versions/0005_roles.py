"""The roles of those who publish and who seal, with only what they need; the service's own role signs no head."""

from alembic import op

from libs.db.grants import grant, role_of

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Grant table by table; of the journal's rows the sealer reads positions, hashes and times, not who moved what."""
    for role in ("relay", "sealer"):
        grant(op, "USAGE", "SCHEMA journal", to=role)
        grant(op, "SELECT", "journal.book", "alembic_version", to=role)
    _grant_to_relay()
    _grant_to_sealer()


def _grant_to_relay() -> None:
    grant(op, "SELECT", "journal.entry", "journal.wallet", "journal.answer", "outbox", "outbox_stream", to="relay")
    grant(op, "SELECT, INSERT, UPDATE", "outbox_published", "outbox_leader", to="relay")
    op.execute(f"GRANT EXECUTE ON FUNCTION outbox_keep_partitions(integer) TO {role_of(op, 'relay')}")


def _grant_to_sealer() -> None:
    grant(op, "SELECT (book, pos, leaf_hash, recorded_at)", "journal.entry", to="sealer")
    grant(op, "SELECT, INSERT", "journal.checkpoint", to="sealer")
    grant(op, "SELECT, INSERT, UPDATE", "outbox_stream", to="sealer")
    grant(op, "INSERT", "outbox", to="sealer")
