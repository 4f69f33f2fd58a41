"""A command that comes again because nothing of it was kept tells the same events, not others."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.db import Connection
from libs.ids import new_id
from services.redemption.core.rules.people import Acting, CommandContext
from services.redemption.gifts.rules import CreditKind
from services.redemption.gifts.usecases.request_credit import CreditTerms, request_credit
from services.redemption.tests.support import Bench

_IDS = "SELECT event_id FROM outbox ORDER BY event_type"


class _LostError(Exception):
    """The connection went before the commit."""


def _ask(bench: Bench, context: CommandContext, request_id: UUID, *, is_kept: bool) -> list[UUID]:
    """Ask for a gift; return the ids of the events it told, which were kept or not."""
    terms = CreditTerms(request_id, CreditKind.GIFT, 30, Acting(), receiver_id=bench.id_of("mum"))
    event_ids: list[UUID] = []
    try:
        with bench.database.transaction() as connection:
            request_credit(connection, context, terms)
            event_ids += _collected(connection)
            if not is_kept:
                raise _LostError
    except _LostError:
        pass
    return event_ids


def _collected(connection: Connection) -> list[UUID]:
    """Return the ids of the events that the transaction will write."""
    collected = connection.info["transaction_state"].collected
    return [entry[0].event_id for entries in collected.values() for entry in entries if isinstance(entry, tuple)]


@pytest.fixture
def people(bench: Bench) -> Bench:
    bench.person("min", "volunteer", age=45)
    bench.person("mum", "recipient")
    bench.relate("min", "parent", "mum")
    return bench


def test_a_command_whose_transaction_was_not_kept_tells_the_same_events_again(people: Bench) -> None:
    context, request_id = people.command("min"), new_id()

    lost = _ask(people, context, request_id, is_kept=False)
    kept = _ask(people, context, request_id, is_kept=True)

    assert lost == kept
    with people.database.reading() as connection:
        assert list(connection.execute(sa.text(_IDS)).scalars()) == kept


def test_another_command_about_the_same_thing_tells_another_event(people: Bench) -> None:
    request_id = new_id()

    first = _ask(people, people.command("min"), request_id, is_kept=False)
    second = _ask(people, people.command("min"), request_id, is_kept=False)

    assert set(first).isdisjoint(second)
