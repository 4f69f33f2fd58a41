"""GET /v1/transfers…: what moved, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import Cursor, current_actor, reading
from libs.http.pages import a_number
from services.ledger.api import response_schemas
from services.ledger.api.edge import today
from services.ledger.api.schemas import TransfersQuery
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import TransferNotFoundError
from services.ledger.queries import entries, explanations, scope

blueprint = Blueprint("transfers", __name__, url_prefix="/v1", description="Transfers and their explanations")
ROWS_AT_ONCE = 1_000
TRANSFERS = Cursor(recorded_at=a_number, book=a_number, pos=a_number)


@blueprint.route("/transfers")
class Transfers(MethodView):
    """The transfers of one act."""

    @blueprint.doc(operationId="list_transfers")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.Transfer))
    @blueprint.arguments(TransfersQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what moved because of an order, gift, donation …, oldest first; those that the caller may see."""
        act, limit = query.get("cause") or query["order"], query["limit"]
        key = TRANSFERS.read(query["cursor"])
        with reading() as connection:
            sight = scope.Sight(connection, current_actor(), day=today())
            rows = list(islice(_seen_of_act(connection, act, key, sight), limit + 1))
            shown = [entries.as_transfer(row, sight.sees) for row in rows[:limit]]
        last = rows[limit - 1] if len(rows) > limit else None
        # The book's number is no part of what is shown; a page that ends within one microsecond repeats none.
        cursor = TRANSFERS.pack(last.recorded_at, (1 << 31) - 1, last.pos) if last else None
        return {"items": shown, "next": cursor}


def _seen_of_act(connection: Connection, act: UUID, key: Sequence[Any] | None, sight: scope.Sight) -> Iterator[Entry]:
    """The rows that the caller may see; of the others not even a next page tells that they are there."""
    after = (key[0], key[1], key[2]) if key else (0, 0, 0)
    while rows := entries.entries_of_act(connection, act, after=after, limit=ROWS_AT_ONCE):
        yield from (row for row in rows if sees(sight, row))
        if len(rows) < ROWS_AT_ONCE:
            return
        after = (rows[-1].recorded_at, (1 << 31) - 1, rows[-1].pos)


def sees(sight: scope.Sight, entry: Entry) -> bool:
    """Whether the caller may see a row: an owner of one side, or staff in scope of one."""
    return sight.sees_row(entry.debit, entry.credit, UUID(bytes=entry.district_id))


def seen_transfer(connection: Connection, transfer_id: UUID) -> Entry:
    """A row of the journal, if the caller may see it.

    Raises:
        TransferNotFoundError: there is none, or it is not theirs to see.
    """
    found = entries.entries_by_request(connection, [transfer_id.bytes])
    if not found or not sees(scope.Sight(connection, current_actor(), day=today()), found[0]):
        raise TransferNotFoundError
    return found[0]


@blueprint.route("/transfers/<uuid:transfer_id>")
class Transfer(MethodView):
    """One transfer."""

    @blueprint.doc(operationId="get_transfer")
    @blueprint.alt_response(200, schema=response_schemas.Transfer)
    def get(self, transfer_id: UUID) -> dict[str, Any]:
        """Show a transfer, a note or a refused request."""
        with reading() as connection:
            sight = scope.Sight(connection, current_actor(), day=today())
            return entries.as_transfer(seen_transfer(connection, transfer_id), sight.sees)


@blueprint.route("/transfers/<uuid:transfer_id>/explanation")
class TransferExplanation(MethodView):
    """Everything behind a transfer."""

    @blueprint.doc(operationId="explain_transfer")
    @blueprint.alt_response(200, schema=response_schemas.TransferExplained)
    def get(self, transfer_id: UUID) -> dict[str, Any]:
        """Show the posting, the order, the evidence, the approvals, the policy version, and the act's history."""
        with reading() as connection:
            sight = scope.Sight(connection, current_actor(), day=today())
            return explanations.explain_transfer(connection, seen_transfer(connection, transfer_id), sight)
