"""What the resources share: who calls, what they may see, and answers that wait for a decision."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from flask import current_app

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError, NotFoundError
from libs.http import Service, current_actor, reading
from libs.http.commands import command_cause
from libs.http.waiting import Waiters, wait_asked
from libs.programme.two_people import Verdict
from services.redemption.core.refusals import declined
from services.redemption.core.rules.people import Acting, Caller, CommandContext, RoleAt
from services.redemption.core.store.directory import path_of
from services.redemption.core.usecases.authorise import may_view

Row = dict[str, Any]


UNDECIDED = ("proposed", "requested")


Find = Callable[[Connection, UUID], Row | None]


def caller() -> Caller:
    """Return who calls."""
    actor = current_actor()
    return Caller(actor.person_id, tuple(RoleAt(held.role, held.unit_id, held.lent_by_id) for held in actor.roles))


def command(command_id: UUID | None = None) -> CommandContext:
    """Return who gives a command, and when; `command_id` is that of a PUT."""
    return CommandContext(caller(), now(), command_cause(command_id))


def acting(terms: Row) -> Acting:
    """Return on whose behalf the caller says to act."""
    return Acting(acting_for=terms["acting_for"], consent=terms["consent"], why=terms["why"])


def verdict(terms: Row) -> Verdict:
    """Return the second person's word: whoever signed in says it, now."""
    context = command()
    who = context.caller
    lent_by = who.hands - {who.person_id}
    return Verdict(by=who.person_id, ok=terms["ok"], why=terms["why"] or "", at=context.now, lent_by=lent_by)


def now() -> datetime:
    """Return the platform's time."""
    return _service().clock.now()


def answer_when_decided(find: Find, identity: UUID) -> tuple[Row, HTTPStatus]:
    """Return the resource, after waiting as long as the caller prefers; 202 while it is undecided.

    Raises:
        Refusal: it was declined, with its code.
    """
    row = _read(find, identity)
    if row["state"] == "requested" and wait_asked():
        waiters = cast("Waiters", _service().parts["waiters"])
        waiters.wait(identity, seconds=wait_asked())
        row = _read(find, identity)
    if row["state"] == "declined":
        raise declined(row["code"], state="declined", id=str(identity))
    return row, HTTPStatus.ACCEPTED if row["state"] in UNDECIDED else HTTPStatus.OK


def visible(find: Find, identity: UUID, *person_fields: str, by: str) -> Row:
    """Return a resource to whoever may see one of the people it concerns, and to the person who made it (`by`).

    Who made it for somebody else sees it as long as they may see that person's.

    Raises:
        NotFoundError: there is none, or it is not theirs to see.
    """
    row = _read(find, identity)
    people = [row[name] for name in person_fields if row[name] is not None]
    is_makers = caller().person_id == row[by] and row.get("acting_for") is None
    with reading() as connection:
        if not is_makers and not may_view(connection, caller(), *people, day=local_date(now())):
            raise NotFoundError
    return row


def refuse_unless_visible(*people: UUID) -> None:
    """Refuse unless the caller is one of the people, acts for one, or is staff whose role reaches one."""
    with reading() as connection:
        if not may_view(connection, caller(), *people, day=local_date(now())):
            raise ForbiddenError


def refuse_unless_reaches(unit_id: UUID) -> None:
    """Refuse unless the caller may look at what concerns people of this unit."""
    if not reaches(unit_id):
        raise ForbiddenError


def reaches(unit_id: UUID) -> bool:
    """Tell whether the caller may look at what concerns people of this unit."""
    with reading() as connection:
        return caller().reaches(POWERS["view_redemptions"], path_of(connection, unit_id))


def refuse_unless_listed(query: Row) -> UUID | None:
    """Return whose rows to list: the person named, the caller if nothing is named, nobody's own if a unit is."""
    person: UUID | None = query["person"] or (None if query["unit"] else caller().person_id)
    if query["unit"]:
        refuse_unless_reaches(query["unit"])
    elif person:
        refuse_unless_visible(person)
    return person


def _read(find: Find, identity: UUID) -> Row:
    with reading() as connection:
        row = find(connection, identity)
    if row is None:
        raise NotFoundError
    return row


def _service() -> Service:
    return cast("Service", current_app.extensions["service"])
