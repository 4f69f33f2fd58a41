"""GET /v1/transfers…: what moved, and everything behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import Cursor, current_actor, reading
from libs.http.pages import a_number
from services.ledger.api.schemas import TransfersQuery
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import TransferNotFoundError
from services.ledger.queries import entries, explanations, scope

blueprint = Blueprint("transfers", __name__, url_prefix="/v1", description="Transfers and their explanations")
TRANSFERS = Cursor(recorded_at=a_number, book=a_number, pos=a_number)


@blueprint.route("/transfers")
class Transfers(MethodView):
    """The transfers of one act."""

    @blueprint.arguments(TransfersQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what moved because of an order, gift, donation …, oldest first; those that the caller may see."""
        act, limit = query.get("cause") or query["order"], query["limit"]
        key = TRANSFERS.read(query["cursor"])
        after = (key[0], key[1], key[2]) if key else (0, 0, 0)
        with reading() as connection:
            rows = entries.entries_of_act(connection, act, after=after, limit=limit + 1)
            seen = [row for row in rows[:limit] if may_see(connection, row)]
        last = rows[limit - 1] if len(rows) > limit else None
        # The book's number is no part of what is shown; a page that ends within one microsecond repeats none.
        cursor = TRANSFERS.pack(last.recorded_at, (1 << 31) - 1, last.pos) if last else None
        return {"items": [entries.as_transfer(row) for row in seen], "next": cursor}


def may_see(connection: Connection, entry: Entry) -> bool:
    """Whether the caller may see a row: an owner of one side, or staff in scope of one."""
    actor = current_actor()
    sides = (entry.debit, entry.credit)
    if any(sides):
        return scope.may_see_any(connection, actor, sides)
    return scope.sees_district(connection, actor, UUID(bytes=entry.district_id))


def seen_transfer(connection: Connection, transfer_id: UUID) -> Entry:
    """A row of the journal, if the caller may see it.

    Raises:
        TransferNotFoundError: there is none, or it is not theirs to see.
    """
    found = entries.entries_by_request(connection, [transfer_id.bytes])
    if not found or not may_see(connection, found[0]):
        raise TransferNotFoundError
    return found[0]


@blueprint.route("/transfers/<uuid:transfer_id>")
class Transfer(MethodView):
    """One transfer."""

    def get(self, transfer_id: UUID) -> dict[str, Any]:
        """Show a transfer, a note or a refused request."""
        with reading() as connection:
            return entries.as_transfer(seen_transfer(connection, transfer_id))


@blueprint.route("/transfers/<uuid:transfer_id>/explanation")
class TransferExplanation(MethodView):
    """Everything behind a transfer."""

    def get(self, transfer_id: UUID) -> dict[str, Any]:
        """Show the posting, the order, the evidence, the approvals, the policy version, and the act's history."""
        with reading() as connection:
            return explanations.explain_transfer(connection, seen_transfer(connection, transfer_id))
