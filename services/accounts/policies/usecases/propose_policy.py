"""Propose the next version of a district's rules."""

from datetime import date
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.two_people import propose
from libs.programme.words import UnitLevel
from services.accounts.core.refusals import DistrictNeededError
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.policies.refusals import PresetUnknownError
from services.accounts.policies.rules import LAPSES_AFTER, Policy, RuleBook, Values, refuse_backdated
from services.accounts.policies.store import PolicyStore


def propose_policy(
    store: SealedStore,
    context: CommandContext,
    book: RuleBook,
    *,
    policy_id: UUID,
    unit_id: UUID,
    effective: date,
    preset: str | None,
    changes: Values,
) -> Policy:
    """Propose changes on top of a preset, or else of the district's latest version.

    Raises:
        OutOfScopeError, ForbiddenError: the actor may not propose rules for this district.
        DistrictNeededError: the unit is no district.
        PresetUnknownError, ParameterUnknownError, ParameterFixedError, NameForbiddenError, ParameterOutOfBoundsError
        PolicyBackdatedError: the first day is not ahead.
    """
    require_power_somewhere(context, "propose_policy")
    facts = PolicyStore(store.connection).load(policy_id, unit_id=unit_id)
    store.units.know(facts.units)
    require_power(store, context, "propose_policy", unit_id)
    district = store.units.unit(unit_id)
    if district.level is not UnitLevel.DISTRICT:
        raise DistrictNeededError(unit_id=unit_id)
    if facts.policy is not None:
        raise IdReusedError(policy_id=policy_id)
    if preset is not None and preset not in book.presets:
        raise PresetUnknownError(preset=preset)
    latest = facts.latest
    start = book.complete(book.presets[preset].values) if preset else latest.parameters if latest else None
    parameters = book.complete(changes, start=start)
    refuse_backdated(effective, latest=latest, today=context.today)
    proposal = Policy(
        proposal=propose(proposal_id=policy_id, by=context.caller_id, now=context.now, lapses_after=LAPSES_AFTER),
        district_id=unit_id,
        effective=effective,
        preset=preset or (latest.preset if latest else "default"),
        changes=changes,
        parameters=parameters,
        base_version=(latest.policy_version or 0) if latest else 0,
    )
    PolicyStore(store.connection).add(proposal)
    return proposal
