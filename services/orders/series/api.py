"""/v1/series: help that comes again every week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.http import current_actor, reading
from libs.http.language import named
from libs.http.openapi import keyless
from libs.ids import new_id
from libs.programme.names import unit_names
from libs.programme.words import Funding
from services.orders.core.api.edge import command, command_context_of, now, reaches, scope_of
from services.orders.core.api.views import seen_people, speaks_for
from services.orders.core.schemas import page_of_schema
from services.orders.core.store import catalogue_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.series import rules, schemas, store
from services.orders.series.refusals import SeriesNotFoundError
from services.orders.series.rules import Change, DayChange, DayState, Pattern, Series, SeriesDay
from services.orders.series.schemas import minute_of, time_of
from services.orders.series.usecases.change_series import change_series, preview_change
from services.orders.series.usecases.place_series import SeriesAsked, approve_series, place_series

DAYS_SHOWN = 12
SHOWN = (
    "series_id", "district_id", "unit_id", "recipient_id", "payer_id", "funding", "until", "next_day", "ended_at",
    "alarm_since", "approved_by", "approved_at",
)  # fmt: skip
WANTED = {"yes": True, "no": False}

series_blueprint = Blueprint("series", __name__, url_prefix="/v1/series", description="Help that comes every week")


@series_blueprint.route("")
class AllSeries(MethodView):
    """The list."""

    @series_blueprint.doc(operationId="list_series")
    @series_blueprint.arguments(schemas.SeriesQuerySchema, location="query")
    @series_blueprint.response(200, page_of_schema(schemas.SeriesSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List series, the newest on top: one's own, those of whom one may see, or those of units for staff."""
        person_id = query["person"] or (None if query["unit"] else current_actor().person_id)
        wanted = query | {name: WANTED.get(query[name]) for name in ("alarm", "running")}
        with reading() as connection:
            if person_id is not None and speaks_for(connection, person_id):
                page = store.SERIES.page(connection, wanted, whose=person_id)
            else:
                units = scope_of(connection, query["unit"])
                page = store.SERIES.page(connection, wanted, whose=person_id, units=units)
            listed = store.with_patterns(connection, [row._mapping for row in page.rows])
            return page.showing(_views(connection, listed))


@series_blueprint.route("/<uuid:series_id>")
class SeriesById(MethodView):
    """One series."""

    @series_blueprint.doc(operationId="get_series")
    @series_blueprint.response(200, schemas.SeriesSchema)
    def get(self, series_id: UUID) -> Row:
        """Show a series and its days to come, to whom it concerns and to staff in scope."""
        with reading() as connection:
            return _views(connection, [_visible(connection, series_id)])[0]

    @series_blueprint.doc(operationId="place_series")
    @series_blueprint.arguments(schemas.SeriesTermsSchema)
    @series_blueprint.response(201, schemas.SeriesSchema)
    def put(self, terms: Row, series_id: UUID) -> Row:
        """Ask for help on some days of each week; each day becomes an order of its own some days ahead."""
        pattern = Pattern(
            terms["from_day"], tuple(sorted(terms["weekdays"])), minute_of(terms["time"]), terms["minutes"]
        )
        asked = SeriesAsked(
            series_id=series_id,
            recipient_id=terms["recipient_id"],
            payer_id=terms["payer_id"],
            service_code=terms["service"],
            funding=Funding(terms["funding"]),
            pattern=pattern,
            until=terms["until"],
        )
        return _command(lambda c, context: place_series(c, context, asked), terms, command_id=series_id)


@series_blueprint.route("/<uuid:series_id>/preview")
class Preview(MethodView):
    """What a change would do."""

    @keyless
    @series_blueprint.doc(operationId="preview_series_change")
    @series_blueprint.arguments(schemas.SeriesPreviewSchema)
    @series_blueprint.response(200, schemas.PreviewSchema)
    def post(self, terms: Row, series_id: UUID) -> Row:
        """Say what a change would do to each day; nothing is changed."""
        with reading() as connection:
            series = _visible(connection, series_id)
            context = command_context_of(terms, new_id())
            touched = preview_change(connection, context, series.series_id, _change(terms))
        return {"series_id": series_id, "days": [_touched(entry) for entry in touched]}


@series_blueprint.route("/<uuid:series_id>/change")
class SeriesChange(MethodView):
    """Another time, other days, or no more."""

    @series_blueprint.doc(operationId="change_series")
    @series_blueprint.arguments(schemas.SeriesChangeSchema)
    @series_blueprint.response(200, schemas.SeriesSchema)
    def post(self, terms: Row, series_id: UUID) -> Row:
        """Change or call off one day, or all from a day on; what somebody has taken stays when it is changed."""
        change = _change(terms)
        return _command(lambda c, context: change_series(c, context, series_id, change), terms)


@series_blueprint.route("/<uuid:series_id>/approval")
class SeriesApproval(MethodView):
    """The coordinator's word that this pair is to meet so often."""

    @series_blueprint.doc(operationId="approve_series")
    @series_blueprint.response(200, schemas.SeriesSchema)
    def post(self, series_id: UUID) -> Row:
        """Approve a series: its visits raise no flag of a frequent pair."""
        terms = {"series_id": str(series_id)}
        return _command(lambda c, context: approve_series(c, context, series_id), terms)


def _change(terms: Row) -> Change:
    days, time = terms["weekdays"], terms["time"]
    return Change(
        from_day=terms["from_day"],
        is_one_day=terms["is_one_day"],
        weekdays=tuple(sorted(days)) if days is not None else None,
        start_minute=minute_of(time) if time is not None else None,
        minutes=terms["minutes"],
        cancels=terms["cancels"],
    )


def _command(use_case: Any, terms: Row, *, command_id: UUID | None = None) -> Row:
    def run(connection: Connection, context: CommandContext) -> Row:
        return _views(connection, [use_case(connection, context)])[0]

    return command(run, terms, command_id=command_id)


def _visible(connection: Connection, series_id: UUID) -> Series:
    """Return a series that the caller may see.

    Raises:
        SeriesNotFoundError: there is none, or it does not concern the caller.
    """
    series = store.find_series(connection, series_id)
    mine = {current_actor().person_id, *seen_people(connection)}
    if mine.isdisjoint({series.recipient_id, series.payer_id}) and not reaches(connection, series.unit_id):
        raise SeriesNotFoundError
    return series


def _views(connection: Connection, listed: Sequence[Series]) -> list[Row]:
    today = local_date(now())
    rows = store.days_of(connection, [series.series_id for series in listed], since=today)
    states = store.states_of(connection, [day for days in rows.values() for day in days.values()])
    units = unit_names(connection, [series.unit_id for series in listed])
    return [
        _view(connection, series, today)
        | {
            "unit_name": units.get(series.unit_id),
            "days": _days(series, rows[series.series_id], states, today),
        }
        for series in listed
    ]


def _view(connection: Connection, series: Series, today: date) -> Row:
    service = catalogue_store.service_on(connection, series.service_code, today, series.district_id)
    return {name: getattr(series, name) for name in SHOWN} | {
        "placed_by": series.asked.by,
        "placed_at": series.asked.at,
        "acting_for": series.asked.acting_for,
        "service": series.service_code,
        "service_name": named(service.name_zh, service.name_en),
        "patterns": [vars(pattern) | {"time": time_of(pattern.start_minute)} for pattern in series.patterns],
        "end_reason": series.end_reason or None,
        "alarm_code": series.alarm_code or None,
    }


def _days(series: Series, rows: Mapping[date, SeriesDay], states: Mapping[UUID, Any], today: date) -> list[Row]:
    slots = rules.days_to_come(series, rows, today=today, most=DAYS_SHOWN)
    return [_day(slot, rows.get(slot.day), states) for slot in slots]


def _day(slot: rules.Slot, row: SeriesDay | None, states: Mapping[UUID, Any]) -> Row:
    order_id = row.order_id if row is not None else None
    return {
        "day": slot.day,
        "time": time_of(slot.start_minute),
        "minutes": slot.minutes,
        "state": row.state if row is not None else DayState.PLANNED,
        "order_id": order_id,
        "order_state": states.get(order_id) if order_id is not None else None,
        "code": (row.code or None) if row is not None else None,
    }


def _touched(entry: DayChange) -> Row:
    return {
        "day": entry.slot.day,
        "time": time_of(entry.slot.start_minute),
        "minutes": entry.slot.minutes,
        "effect": entry.effect,
        "order_id": entry.order_id,
    }
