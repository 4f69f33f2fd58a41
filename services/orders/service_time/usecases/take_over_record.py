"""Older service records, taken over by two people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import propose
from libs.programme.words import EvidenceClass
from services.orders.core.messages import tell
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.store.rows import Fields
from services.orders.core.usecases.command_context import (
    CommandContext,
    load_subject,
    require_power,
    require_power_somewhere,
)
from services.orders.service_time import messages, store


def propose_record(
    connection: Connection,
    context: CommandContext,
    record_id: UUID,
    *,
    person_id: UUID,
    minutes: int,
    served_on: date,
    scan: str | None,
) -> Fields:
    """Propose to take over an older record of service.

    Raises:
        ForbiddenError: not a district administrator who reaches the person's unit.
        IdReusedError: the id is taken.
    """
    person = load_subject(connection, context, person_id)
    require_power(connection, context, "import_service_record", person.home_unit_id)
    columns: Fields = {
        "record_id": record_id,
        "person_id": person_id,
        "minutes": minutes,
        "served_on": served_on,
        "scan": scan,
    } | columns_of(propose(proposal_id=record_id, by=context.caller_id, now=context.now))
    if not store.add_proposal(connection, columns):
        raise IdReusedError
    return columns


def decide_record(connection: Connection, context: CommandContext, record_id: UUID, *, ok: bool, why: str) -> Fields:
    """Decide, as the second person: yes takes the record over, verified minutes of an older book; no closes it.

    Raises:
        ForbiddenError: not a city administrator.
        MakerIsCheckerError: the proposer themself.
        AlreadyDecidedError: it was decided before.
        ProposalLapsedError: nobody decided it in time.
    """
    require_power_somewhere(context, "import_service_record_decide")
    proposal = store.lock_proposal(connection, record_id)
    person = people_store.load_person(connection, proposal["person_id"])
    require_power(connection, context, "import_service_record_decide", person.home_unit_id)
    waiting = proposal_of(proposal, proposal_id=record_id)
    decided = waiting.decide(context.verdict(ok=ok, why=why))
    store.save_proposal(connection, decided)
    if ok:
        _take_over(connection, context, dict(proposal), person)
    return dict(proposal) | columns_of(decided)


def _take_over(connection: Connection, context: CommandContext, proposal: Mapping[str, Any], person: Person) -> None:
    record_id = proposal["record_id"]
    columns = {
        "record_id": record_id,
        "person_id": person.person_id,
        "kind": "imported",
        "minutes": proposal["minutes"],
        "evidence_class": EvidenceClass.VERIFIED,
        "served_on": proposal["served_on"],
        "recorded_at": context.now,
    }
    store.add_record(connection, columns)
    recorded = messages.ServiceTimeRecorded(
        record_id=record_id,
        district_id=person.district_id,
        person_id=person.person_id,
        minutes=proposal["minutes"],
        served_on=proposal["served_on"],
        proposed_by=proposal["proposed_by"],
        decided_by=context.caller_id,
    )
    tell(connection, context, recorded)
