"""Propose a version of a service, and decide about it as the second person."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme import directory
from libs.programme.two_people import propose
from services.orders.catalogue import messages, rules, store
from services.orders.catalogue.refusals import CatalogueUnitError
from services.orders.catalogue.rules import Draft
from services.orders.core.rules.catalogue import Service
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere


def propose_version(
    connection: Connection, context: CommandContext, proposal_id: UUID, *, unit_id: UUID, service: Service
) -> Draft:
    """Propose the next version of a service for the city or for one district.

    Raises:
        ForbiddenError, OutOfScopeError: not an administrator of that unit.
        CatalogueUnitError: the unit is neither the city nor a district.
        CatalogueContradictionError, CatalogueBackdatedError: as their names say.
        IdReusedError: the id is taken.
    """
    require_power_somewhere(context, "propose_catalogue")
    require_power(connection, context, "propose_catalogue", unit_id)
    service = replace(service, district_id=_district_of(connection, unit_id))
    rules.refuse_contradictions(service)
    latest = store.latest_of(connection, service.code, service.district_id)
    rules.refuse_backdated(service, latest=latest, today=local_date(context.now))
    draft = Draft(
        proposal=propose(proposal_id=proposal_id, by=context.caller_id, now=context.now),
        unit_id=unit_id,
        service=service,
        base_version=rules.version_of(latest),
    )
    if not store.add_draft(connection, draft):
        raise IdReusedError
    return draft


def decide_version(connection: Connection, context: CommandContext, proposal_id: UUID, *, ok: bool, why: str) -> Draft:
    """Publish a proposed version, or turn it down, as the second person.

    Raises:
        RecordNotFoundError: there is no such proposal.
        MakerIsCheckerError: the actor proposed it, whatever else they may do.
        ForbiddenError, OutOfScopeError: the actor may not decide about services there.
        AlreadyDecidedError, ProposalLapsedError, CatalogueOutdatedError, CatalogueBackdatedError
    """
    require_power_somewhere(context, "propose_catalogue")
    draft = store.lock_draft(connection, proposal_id)
    if draft.proposal.proposed_by != context.caller_id:
        require_power(connection, context, "decide_catalogue", draft.unit_id)
    store.lock_code(connection, draft.service.code)
    decided = draft.decide(
        context.verdict(ok=ok, why=why),
        latest=store.latest_of(connection, draft.service.code, draft.service.district_id),
        newest_version=store.newest_version(connection, draft.service.code),
        today=local_date(context.now),
    )
    store.save_draft(connection, decided)
    if decided.is_published:
        store.add_version(connection, decided.service)
        messages.tell_version(connection, context, decided)
    return decided


def _district_of(connection: Connection, unit_id: UUID) -> UUID | None:
    """Return the district that a unit is; None for the city."""
    if unit_id in directory.city_units(connection):
        return None
    if unit_id not in directory.districts(connection):
        raise CatalogueUnitError
    return unit_id
