"""An order is offered to several volunteers at once. The columns of one offer stay until no code reads them."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    "ALTER TABLE orders ADD COLUMN offers_to uuid[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE orders ADD COLUMN offers_lapse_at timestamptz[] NOT NULL DEFAULT '{}'",
    """UPDATE orders SET offers_to = ARRAY[offered_to], offers_lapse_at = ARRAY[offer_lapses_at]
        WHERE offered_to IS NOT NULL AND offer_lapses_at IS NOT NULL""",
    "CREATE INDEX orders_offers ON orders USING gin (offers_to) WHERE cardinality(offers_to) > 0",
)


def upgrade() -> None:
    """Add the lists, and what they are looked up by."""
    for statement in STATEMENTS:
        op.execute(statement)
