"""What the ledger answers, for its document: answers are made where they are read, and schemas only describe them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from libs.http.fields import shown_minutes
from libs.programme.names import shown_name
from libs.programme.words import EvidenceClass, Role
from services.ledger.domain.flows import CREDIT_FIGURES
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import WalletClass

CLASSES = [wallet_class.name.lower() for wallet_class in WalletClass]
EVIDENCE = list(EvidenceClass)
REASONS = [reason.label for reason in Reason]


def _id(**options: Any) -> fields.UUID:
    return fields.UUID(**options)


def _instant(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", **options)


def _word(words: Iterable[str], **options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(words)), **options)


def _text(**options: Any) -> fields.String:
    return fields.String(**options)


def _number(**options: Any) -> fields.Integer:
    return fields.Integer(**options)


class Wallet(Schema):
    """A wallet with what it owns; its held twin is part of it."""

    wallet_id = _id()
    person_id = _id(allow_none=True)
    district_id = _id()
    balance_minutes = shown_minutes("what is owned")
    held_minutes = shown_minutes("set aside")
    available_minutes = shown_minutes("owned and not set aside")
    opened_at = _instant()

    class Meta:
        """`class` is a word of Python."""

        include = {"class": _word(CLASSES)}  # noqa: RUF012 - marshmallow's way to name a field with a keyword


class Side(Schema):
    """The wallet on one side of a transfer, and its balance after."""

    wallet_id = _id()
    person_id = _id(allow_none=True)
    version = _number(allow_none=True)
    balance_after_minutes = shown_minutes("what was owned after it", allow_none=True)

    class Meta:
        """`class` is a word of Python."""

        include = {"class": _word(CLASSES)}  # noqa: RUF012 - marshmallow's way to name a field with a keyword


class Transfer(Schema):
    """A row of the journal."""

    transfer_id = _id()
    district_id = _id()
    position = _number()
    state = _word(["posted", "noted", "refused"])
    code = _text(allow_none=True, metadata={"description": "Why it was refused"})
    reason = _word(REASONS)
    minutes = shown_minutes("that moved")
    debit = fields.Nested(Side, allow_none=True)
    credit = fields.Nested(Side, allow_none=True)
    cause_id = _id(allow_none=True)
    event_id = _id(allow_none=True)
    leg = _number()
    legs = _number()
    evidence_class = _word(EVIDENCE, allow_none=True)
    policy_version = _number(allow_none=True)
    actor_id = _id(allow_none=True)
    checker_id = _id(allow_none=True)
    effective_at = _instant(allow_none=True)
    recorded_at = _instant()
    leaf_hash = _text()


class Entry(Transfer):
    """A row of the journal as one wallet sees it."""

    signed_minutes = shown_minutes("that moved, less than none where they went out")
    version = _number(allow_none=True)
    balance_after_minutes = shown_minutes("what was owned after it", allow_none=True)


class Words(Schema):
    """A reason in words."""

    zh = _text()
    en = _text()


class Evidence(Schema):
    """What stands behind a transfer."""

    order_id = _id(allow_none=True)
    evidence_classes = fields.List(_word(EVIDENCE))
    approved_by = fields.List(_id())
    policy_version = _number(allow_none=True)
    district_id = _id()


class TransferExplained(Schema):
    """A transfer with its posting, and everything that happened about the same act."""

    transfer = fields.Nested(Transfer)
    words = fields.Nested(Words)
    posting = fields.List(fields.Nested(Transfer))
    evidence = fields.Nested(Evidence)
    history = fields.List(fields.Nested(Transfer))


class Part(Schema):
    """What one transfer adds to a balance."""

    transfer_id = _id()
    signed_minutes = shown_minutes("that moved, less than none where they went out")
    reason = _word(REASONS)
    words = fields.Nested(Words)
    cause_id = _id(allow_none=True)
    order_id = _id(allow_none=True)
    evidence_class = _word(EVIDENCE, allow_none=True)
    approved_by = fields.List(_id())
    policy_version = _number(allow_none=True)
    effective_at = _instant(allow_none=True)
    recorded_at = _instant()
    position = _number()


class BalanceExplained(Schema):
    """A balance as the sum of its transfers."""

    wallet_id = _id()
    balance_minutes = shown_minutes("what is owned")
    explained_minutes = shown_minutes("the sum of all transfers")
    remainder_minutes = shown_minutes("what no transfer explains")
    by_reason = fields.Dict(keys=_text(), values=_number())
    parts = fields.List(fields.Nested(Part))

    class Meta:
        """`class` is a word of Python."""

        include = {"class": _word(CLASSES)}  # noqa: RUF012 - marshmallow's way to name a field with a keyword


class Line(Schema):
    """A line of a statement."""

    transfer_id = _id()
    cause_id = _id(allow_none=True)
    evidence_class = _word(EVIDENCE, allow_none=True)
    policy_version = _number(allow_none=True)
    effective_at = _instant(allow_none=True)
    recorded_at = _instant()
    reason = _word(REASONS)
    district_id = _id()
    other_class = _word(CLASSES, allow_none=True)
    signed_minutes = shown_minutes("that moved, less than none where they went out")
    balance_minutes = shown_minutes("what is owned")

    class Meta:
        """`class` is a word of Python."""

        include = {"class": _word(CLASSES)}  # noqa: RUF012 - marshmallow's way to name a field with a keyword


class Statement(Schema):
    """A person's statement; `is_whole` tells whether all lines are here."""

    person_id = _id()
    by = _word(["recorded", "service"])
    opening_minutes = shown_minutes("owned at the beginning")
    closing_minutes = shown_minutes("owned at the end")
    lines = fields.List(fields.Nested(Line))
    is_whole = fields.Boolean()


class Recovery(Schema):
    """What is still kept back from later awards."""

    person_id = _id()
    due_minutes = shown_minutes("still to be kept back")


class DistrictSupply(Schema):
    """What a district issued, and where it is; the sum is 0."""

    district_id = _id()
    district_name = shown_name()
    issued_minutes = shown_minutes("ever issued")
    sum_minutes = shown_minutes("of all wallets: none")
    minutes = fields.Dict(keys=_text(), values=_number())


class Supply(Schema):
    """All credit there is."""

    as_of = _instant()
    items = fields.List(fields.Nested(DistrictSupply))
    next = _text(allow_none=True)


class SupplyMonth(Schema):
    """A month of a district's credit: what moved in it, and what there was at its end."""

    district_id = _id()
    month = _text()
    saved_minutes = shown_minutes("saved by service")
    spent_minutes = shown_minutes("spent on help")
    granted_minutes = shown_minutes("granted")
    lapsed_minutes = shown_minutes("lapsed")
    reversed_minutes = shown_minutes("taken back")
    outstanding_minutes = shown_minutes("owned by people at the end")
    pool_minutes = shown_minutes("in the pool at the end")


class SupplyMonths(Schema):
    """Credit over time."""

    as_of = _instant()
    items = fields.List(fields.Nested(SupplyMonth))
    next = _text(allow_none=True)


class CreditFigure(Schema):
    """A figure of credit, and how many rows it opens into."""

    figure = _word(CREDIT_FIGURES)
    minutes = shown_minutes("that it counts")
    rows = _number()


class CreditFigures(Schema):
    """The figures of a month's credit; none of a unit below the districts, where nobody has a book."""

    unit_id = _id()
    unit_name = shown_name()
    month = _text()
    is_over = fields.Boolean()
    figures = fields.List(fields.Nested(CreditFigure))


class CreditRow(Schema):
    """What a figure of credit counts: a transfer, or what a person has left."""

    transfer_id = _id(allow_none=True)
    person_id = _id(allow_none=True)
    district_id = _id()
    district_name = shown_name()
    at = _instant(allow_none=True)
    reason = _word(REASONS, allow_none=True)
    minutes = shown_minutes("that it counts")


class Proposal(Schema):
    """An act of two people, and what became of it."""

    proposal_id = _id()
    kind = _word(["pool_funding", "migration", "reversal"])
    state = _word(["proposed", "done", "declined", "refused", "lapsed"])
    code = _text(allow_none=True)
    district_id = _id()
    person_id = _id(allow_none=True)
    minutes = shown_minutes("proposed", allow_none=True)
    cause_id = _id(allow_none=True)
    why = _text()
    proposed_by = _id()
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    decision_why = _text(allow_none=True)
    proposed_at = _instant()
    lapses_at = _instant()
    roles_to_decide = fields.List(_word(Role))

    class Meta:
        """`class` is a word of Python."""

        include = {"class": _word(CLASSES, allow_none=True)}  # noqa: RUF012 - marshmallow's way to name a field with a keyword


class ListedProposal(Proposal):
    """An act of two people in a list of what waits."""

    district_name = shown_name()


class PeriodClose(Schema):
    """A month that is to be closed, or is; the digest of a closed one stands in the log."""

    close_id = _id()
    district_id = _id()
    month = _text()
    state = _word(["proposed", "done", "declined", "lapsed"])
    proposed_by = _id()
    proposed_at = _instant()
    lapses_at = _instant()
    roles_to_decide = fields.List(_word(Role))
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    decision_why = _text(allow_none=True)
    closed_by = _id(allow_none=True)
    statement = fields.Dict(keys=_text(), allow_none=True)
    statement_sha256 = _text(allow_none=True)


class Log(Schema):
    """A transparency log; `stopped` says why nothing more is signed."""

    district_id = _id()
    district_name = shown_name()
    origin = _text(allow_none=True)
    size = _number()
    stopped = _text(allow_none=True)
    checkpoint = _text(allow_none=True, metadata={"description": "The signed head, as `…/checkpoint` gives it"})


@cache
def page_of(kind: type[Schema]) -> type[Schema]:
    """Return the schema of a page of a list."""
    page: type[Schema] = Schema.from_dict(
        {"items": fields.List(fields.Nested(kind)), "next": fields.String(allow_none=True)}, name=f"{kind.__name__}Page"
    )
    return page


def file(content_type: str) -> dict[str, Any]:
    """Return the description of an answer that is a file."""
    return {"200": {"description": "The file", "content": {content_type: {"schema": {"type": "string"}}}}}
