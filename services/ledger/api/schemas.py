"""What requests to the ledger may contain; anything else is refused by name."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.pages import PAGE_DEFAULT, PAGE_MAX
from services.ledger.domain.postings import TRANSFER_MINUTES_MAX

TEXT_MAX = 500
SCAN_MAX = 2_000


class PageQuery(Schema):
    """A page of a list."""

    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(1, PAGE_MAX))
    cursor = fields.String(load_default=None)


class WalletsQuery(PageQuery):
    """Whose wallets: a person's, a district's, or all of a unit."""

    person = fields.UUID()
    district = fields.UUID()
    unit = fields.UUID()

    @validates_schema
    def one_of_them(self, terms: dict[str, object], **_: object) -> None:
        """Exactly one must be given."""
        if sum(name in terms for name in ("person", "district", "unit")) != 1:
            raise ValidationError("give one of person, district, unit")


class AsOfQuery(Schema):
    """As recorded at an instant; left out = now."""

    as_of = fields.AwareDateTime(load_default=None)


class EntriesQuery(PageQuery, AsOfQuery):
    """A page of a wallet's rows, newest first."""


class StatementQuery(Schema):
    """Whose statement, over which time, by recorded time or by day of service."""

    class Meta:
        """`from` is a word of Python."""

        include = {  # noqa: RUF012 - marshmallow's way to name a field with a keyword
            "from": fields.AwareDateTime(load_default=None, attribute="since"),
        }

    person = fields.UUID(required=True)
    to = fields.AwareDateTime(load_default=None)
    by = fields.String(load_default="recorded", validate=validate.OneOf(["recorded", "service"]))


class TransfersQuery(PageQuery):
    """The transfers of one act: an order, gift, donation, grant run, adjustment."""

    cause = fields.UUID()
    order = fields.UUID()

    @validates_schema
    def one_of_them(self, terms: dict[str, object], **_: object) -> None:
        """Exactly one must be given."""
        if ("cause" in terms) == ("order" in terms):
            raise ValidationError("give one of cause, order")


class PersonQuery(Schema):
    """Whose."""

    person = fields.UUID(required=True)


class Acting(Schema):
    """The block that every command's body may carry; nobody acts for someone here."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=TEXT_MAX))
    why = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=TEXT_MAX))


class AdjustmentBody(Acting):
    """New credit that two people bring in: for a district's pool, or from an old paper book."""

    class Meta:
        """`class` is a word of Python."""

        include = {  # noqa: RUF012 - marshmallow's way to name a field with a keyword
            "class": fields.String(
                load_default="earned",
                attribute="wallet_class",
                validate=validate.OneOf(["earned", "granted", "received"]),
            ),
        }

    kind = fields.String(required=True, validate=validate.OneOf(["pool_funding", "migration"]))
    district_id = fields.UUID(load_default=None)
    person_id = fields.UUID(load_default=None)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, TRANSFER_MINUTES_MAX))
    scan = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=SCAN_MAX))
    effective_at = fields.AwareDateTime(load_default=None)

    @validates_schema
    def whose(self, terms: dict[str, object], **_: object) -> None:
        """A pool funding names a district, a migration a person."""
        wanted = "district_id" if terms.get("kind") == "pool_funding" else "person_id"
        if terms.get(wanted) is None:
            raise ValidationError("needed for this kind", wanted)


class ReversalBody(Acting):
    """What to reverse: the id of a gift, a donation, a funding or a migration; and why."""

    cause_id = fields.UUID(required=True)
    why = fields.String(required=True, validate=[validate.Length(1, TEXT_MAX), validate.Regexp(r"\s*\S")])


class PeriodCloseBody(Acting):
    """Which month of which district's book to close."""

    district_id = fields.UUID(required=True)
    month = fields.String(required=True, validate=validate.Regexp("^[0-9]{4}-(0[1-9]|1[0-2])$"))


class PeriodClosesQuery(PageQuery):
    """Of which district."""

    district = fields.UUID(required=True)


class DecisionBody(Acting):
    """A second person's word."""

    ok = fields.Boolean(load_default=True)


class AnyAnswer(Schema):
    """An answer whose fields are described in words."""

    class Meta:
        """All fields pass."""

        unknown = "include"
