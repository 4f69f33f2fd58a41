"""What requests hear: the days of series that orders asks credit for, and a person who has gone."""

from uuid import UUID

from libs.contracts.events import accounts, orders
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.redemption.requests import store
from services.redemption.requests.usecases import SeriesDay, request_series_day


@forgets(accounts.PersonState)
def forget_words(connection: Connection, _context: EventContext, subject: str) -> None:
    """Delete the words recorded about a person who has gone."""
    store.forget_words(connection, UUID(subject))


@hears(orders.SeriesDayDue)
def ask_for_day(connection: Connection, context: EventContext, day: SeriesDay) -> None:
    """Ask for the help of a day of a series."""
    request_series_day(connection, context, day)
