"""What requests to the ledger may contain; anything else is refused by name."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Choice, Instant, Month, Text, Whole, one_of, page_cursor, page_limit
from services.ledger.domain.flows import CREDIT_FIGURES
from services.ledger.domain.postings import TRANSFER_MINUTES_MAX

TEXT_MAX = 500
SCAN_MAX = 2_000


class PageQuery(Schema):
    """A page of a list."""

    limit = page_limit()
    cursor = page_cursor()


class WalletsQuery(PageQuery):
    """Whose wallets: a person's, a district's, or all of a unit."""

    person = fields.UUID()
    district = fields.UUID()
    unit = fields.UUID()

    whose = one_of("person", "district", "unit")


class AsOfQuery(Schema):
    """As recorded at an instant; left out = now."""

    as_of = Instant(load_default=None)


class EntriesQuery(PageQuery, AsOfQuery):
    """A page of a wallet's rows, newest first."""


class StatementQuery(Schema):
    """Whose statement, over which time, by recorded time or by day of service."""

    class Meta:
        """`from` is a word of Python."""

        include = {  # noqa: RUF012 - marshmallow's way to name a field with a keyword
            "from": Instant(load_default=None, attribute="since"),
        }

    person = fields.UUID(required=True)
    to = Instant(load_default=None)
    by = Choice(["recorded", "service"], load_default="recorded")


class SupplyMonthsQuery(Schema):
    """Of which district, and how many months back; of all when left out."""

    district = fields.UUID(load_default=None)
    months = Whole(1, 120, in_query=True, load_default=24)


class CreditFiguresQuery(Schema):
    """Of which unit and month; this one when left out."""

    unit = fields.UUID(required=True)
    month = Month(load_default=None)


class CreditRowsQuery(CreditFiguresQuery, PageQuery):
    """The rows of which figure."""

    figure = Choice(CREDIT_FIGURES, required=True)


class TransfersQuery(PageQuery):
    """The transfers of one act: an order, gift, donation, grant run, adjustment."""

    cause = fields.UUID()
    order = fields.UUID()

    which = one_of("cause", "order")


class PersonQuery(Schema):
    """Whose."""

    person = fields.UUID(required=True)


class AdjustmentBody(Schema):
    """New credit that two people bring in: for a district's pool, or from an old paper book."""

    class Meta:
        """`class` is a word of Python."""

        include = {  # noqa: RUF012 - marshmallow's way to name a field with a keyword
            "class": Choice(["earned", "granted", "received"], load_default="earned", attribute="wallet_class"),
        }

    kind = Choice(["pool_funding", "migration"], required=True)
    district_id = fields.UUID(load_default=None)
    person_id = fields.UUID(load_default=None)
    minutes = Whole(1, TRANSFER_MINUTES_MAX, required=True)
    scan = Text(SCAN_MAX, allow_none=True, load_default=None)
    effective_at = Instant(load_default=None)
    why = Text(TEXT_MAX, lines=True, allow_none=True, load_default=None)

    @validates_schema
    def whose(self, terms: dict[str, object], **_: object) -> None:
        """A pool funding names a district, a migration a person."""
        wanted = "district_id" if terms.get("kind") == "pool_funding" else "person_id"
        if terms.get(wanted) is None:
            raise ValidationError("needed for this kind", wanted)


class ReversalBody(Schema):
    """What to reverse: the id of a gift, a donation, a funding or a migration; and why."""

    cause_id = fields.UUID(required=True)
    why = Text(TEXT_MAX, shortest=1, pattern=r"\s*\S", lines=True, required=True)


class PeriodCloseBody(Schema):
    """Which month of which district's book to close."""

    district_id = fields.UUID(required=True)
    month = Month(required=True)


class PeriodClosesQuery(PageQuery):
    """Of which district; `proposed` waits for a second person."""

    district = fields.UUID(required=True)
    state = Choice(["done", "proposed"], load_default="done")
