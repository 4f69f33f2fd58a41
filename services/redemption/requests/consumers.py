"""What requests hear: a person who has gone."""

from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, forgets
from services.redemption.requests import store


@forgets(accounts.PersonState)
def forget_words(connection: Connection, _context: EventContext, subject: str) -> None:
    """Delete the words recorded about a person who has gone."""
    store.forget_words(connection, UUID(subject))
