"""GET /v1/wallets…, /v1/statements, /v1/supply, /v1/recoveries: what people own, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date, to_microseconds
from libs.db import Connection
from libs.http import Cursor, current_actor, public, reading
from libs.http.pages import a_number, an_id
from libs.programme.names import with_unit_names
from services.ledger.api import response_schemas
from services.ledger.api.edge import FOR_EVER_US, microseconds, service, supply_history, today
from services.ledger.api.schemas import (
    AsOfQuery,
    EntriesQuery,
    PersonQuery,
    StatementQuery,
    SupplyMonthsQuery,
    WalletsQuery,
)
from services.ledger.domain.errors import WalletNotFoundError
from services.ledger.domain.wallets import WalletKey
from services.ledger.queries import entries, explanations, recoveries, scope, statements, supply_months, wallets

blueprint = Blueprint("wallets", __name__, url_prefix="/v1", description="Wallets, statements and explanations")
WALLETS = Cursor(home_id=an_id, owner_id=an_id, number=a_number)
ENTRIES = Cursor(version=a_number)
UNSHOWN = frozenset(("number", "home_id", "owner_id"))


def _shown(wallet: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wallet.items() if name not in UNSHOWN}


@blueprint.route("/wallets")
class Wallets(MethodView):
    """Wallets of a person, of a district, or of all in a unit."""

    @blueprint.doc(operationId="list_wallets")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.Wallet))
    @blueprint.arguments(WalletsQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List wallets with balance, held and available minutes; held twins are part of theirs."""
        after, limit = wallets.Place(*(WALLETS.read(query["cursor"]) or ())), query["limit"]
        with reading() as connection:
            rows = _wallets(connection, query, after=after, limit=limit + 1)
        page = WALLETS.page(rows, limit=limit)
        return page | {"items": [_shown(row) for row in page["items"]]}


def _wallets(
    connection: Connection, query: dict[str, Any], *, after: wallets.Place, limit: int
) -> list[dict[str, Any]]:
    actor = current_actor()
    if "person" in query:
        scope.refuse_unless_may_see_person(connection, actor, query["person"], day=today())
        return wallets.wallets_of_owner(connection, query["person"], after=after.number, limit=limit)
    if "district" in query:
        scope.refuse_unless_may_see_district(connection, actor, query["district"])
        return wallets.wallets_of_owner(connection, query["district"], after=after.number, limit=limit)
    scope.refuse_unless_may_see_district(connection, actor, query["unit"])
    units = scope.units_below(connection, query["unit"])
    is_city = len(scope.path_of(connection, query["unit"])) == 1
    return wallets.wallets_in_units(connection, None if is_city else units, after=after, limit=limit)


def _seen_wallet(connection: Connection, wallet_id: UUID) -> tuple[int, WalletKey]:
    """The wallet, if the caller may see it.

    Raises:
        WalletNotFoundError: there is none, or it is not theirs to see.
    """
    found = entries.find_number(connection, wallet_id)
    if found is None or not scope.may_see_wallet(connection, current_actor(), found[1], day=today()):
        raise WalletNotFoundError
    return found


@blueprint.route("/wallets/<uuid:wallet_id>")
class Wallet(MethodView):
    """One wallet."""

    @blueprint.doc(operationId="get_wallet")
    @blueprint.alt_response(200, schema=response_schemas.Wallet)
    @blueprint.arguments(AsOfQuery, location="query")
    def get(self, query: dict[str, Any], wallet_id: UUID) -> dict[str, Any]:
        """Show the balance, now or as it was recorded at an instant."""
        as_of = to_microseconds(query["as_of"]) if query["as_of"] else None
        with reading() as connection:
            _seen_wallet(connection, wallet_id)
            wallet = wallets.find_wallet(connection, wallet_id, as_of_us=as_of)
        if wallet is None:
            raise WalletNotFoundError
        return _shown(wallet)


@blueprint.route("/wallets/<uuid:wallet_id>/entries")
class WalletEntries(MethodView):
    """The rows of a wallet."""

    @blueprint.doc(operationId="list_wallet_entries")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.Entry))
    @blueprint.arguments(EntriesQuery, location="query")
    def get(self, query: dict[str, Any], wallet_id: UUID) -> dict[str, Any]:
        """List the wallet's rows, newest first, each with its version and running balance."""
        before = ENTRIES.after(query["cursor"]) or entries.VERSION_MAX
        as_of = microseconds(query["as_of"], otherwise=FOR_EVER_US)
        with reading() as connection:
            number, wallet = _seen_wallet(connection, wallet_id)
            sight = scope.Sight(connection, current_actor(), day=today())
            rows = entries.entries_of_wallet(
                connection, number, before_version=before, as_of_us=as_of, limit=query["limit"] + 1
            )
            shown = [entries.as_entry_of(row, wallet, sight.sees) for row in rows]
        return ENTRIES.page(shown, limit=query["limit"])


@blueprint.route("/wallets/<uuid:wallet_id>/explanation")
class WalletExplanation(MethodView):
    """Why the balance is what it is."""

    @blueprint.doc(operationId="explain_wallet")
    @blueprint.alt_response(200, schema=response_schemas.BalanceExplained)
    def get(self, wallet_id: UUID) -> dict[str, Any]:
        """Decompose the balance into transfers, orders, evidence, approvals and policy versions."""
        with reading() as connection:
            _seen_wallet(connection, wallet_id)
            explained = explanations.explain_balance(connection, wallet_id)
        assert explained is not None
        return explained


@blueprint.route("/statements")
class Statements(MethodView):
    """A person's statement."""

    @blueprint.doc(operationId="get_statement")
    @blueprint.alt_response(200, schema=response_schemas.Statement)
    @blueprint.arguments(StatementQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Show opening and closing balance and the lines between, over all wallets of the person."""
        with reading() as connection:
            scope.refuse_unless_may_see_person(connection, current_actor(), query["person"], day=today())
            return statements.statement_of(
                connection,
                query["person"],
                from_us=microseconds(query.get("since"), otherwise=0),
                to_us=microseconds(query["to"], otherwise=FOR_EVER_US),
                by=query["by"],
            )


@blueprint.route("/recoveries")
class Recoveries(MethodView):
    """What is still kept back from a volunteer's later awards."""

    @blueprint.doc(operationId="get_recovery")
    @blueprint.alt_response(200, schema=response_schemas.Recovery)
    @blueprint.arguments(PersonQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Show the minutes still due."""
        with reading() as connection:
            scope.refuse_unless_may_see_person(connection, current_actor(), query["person"], day=today())
            due = recoveries.due_of_person(connection, query["person"])
        return {"person_id": str(query["person"]), "due_minutes": due}


@blueprint.route("/supply")
class Supply(MethodView):
    """All credit there is; open to everybody."""

    @blueprint.doc(operationId="get_supply")
    @blueprint.alt_response(200, schema=response_schemas.Supply)
    @public
    def get(self) -> dict[str, Any]:
        """Show what each district issued and where it is, by class of wallet; each sum is 0."""
        with reading() as connection:
            items = with_unit_names(connection, supply_months.supply(connection), "district_id")
        return {"as_of": service().clock.now().isoformat(), "items": items, "next": None}


@blueprint.route("/supply/months")
class SupplyMonths(MethodView):
    """Credit over time; open to everybody."""

    @blueprint.doc(operationId="list_supply_months")
    @blueprint.alt_response(200, schema=response_schemas.SupplyMonths)
    @blueprint.arguments(SupplyMonthsQuery, location="query")
    @public
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Show by month what each district's people saved and spent, what lapsed, and what they had at its end."""
        now = service().clock.now()
        rows = supply_history().rows(reading, now)
        first = _month_before(now, query["months"] - 1)
        shown = [row for row in rows if row["month"] >= first and query["district"] in (None, UUID(row["district_id"]))]
        return {"as_of": now.isoformat(), "items": shown, "next": None}


def _month_before(now: datetime, months: int) -> str:
    """The month so many months ago, as "2026-03"."""
    day = local_date(now)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"
