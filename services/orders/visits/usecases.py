"""Record a care visit."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.programme.words import Role
from services.orders.core.messages import tell
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.store.rows import Fields
from services.orders.core.usecases.command_context import (
    CommandContext,
    has_power,
    load_subject,
    refuse_auditor,
    require_power,
)
from services.orders.visits import store
from services.orders.visits.messages import VisitRecorded

SEEN = "seen"


def record_visit(
    connection: Connection, context: CommandContext, visit_id: UUID, *, person_id: UUID, how: str, outcome: str
) -> Fields:
    """Record a care visit; nobody answering is kept, but is no visit and no event.

    Raises:
        ForbiddenError: neither a coordinator of the person's unit nor a volunteer of their district.
    """
    person = load_subject(connection, context, person_id)
    _refuse_who_may_not_visit(connection, context, person)
    columns: Fields = {
        "visit_id": visit_id,
        "person_id": person_id,
        "how": how,
        "outcome": outcome,
        "visited_at": context.now,
        "recorded_by": context.caller_id,
        "reversed": False,
    }
    if not store.add_visit(connection, columns):
        raise IdReusedError
    if outcome == SEEN:
        recorded = VisitRecorded(visit_id, person.district_id, person_id, how, outcome, context.caller_id)
        tell(connection, context, recorded)
    return columns


def _refuse_who_may_not_visit(connection: Connection, context: CommandContext, person: Person) -> None:
    refuse_auditor(context)
    if has_power(connection, context, "record_visit", person.home_unit_id):
        return
    visitor = people_store.find_person(connection, context.caller_id)
    is_volunteer = visitor is not None and visitor.is_active and Role.VOLUNTEER in visitor.roles
    if visitor is None or not is_volunteer:
        require_power(connection, context, "record_visit", person.home_unit_id)
    elif visitor.district_id != person.district_id or visitor.person_id == person.person_id:
        raise ForbiddenError
