"""Versions of services: proposed by one person, published or turned down by another, never backwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.programme.catalogue import PLAIN_PERCENT
from libs.programme.two_people import Proposal, ProposalState, Verdict
from services.orders.catalogue.refusals import (
    CatalogueBackdatedError,
    CatalogueContradictionError,
    CatalogueOutdatedError,
)
from services.orders.core.rules.catalogue import Service

QUALIFIED_RISK = "H"
"""Of services that nobody may give without a certificate."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A version of a service that waits for its second person, or had one; `service.version` is 0 until published."""

    proposal: Proposal
    unit_id: UUID
    service: Service
    base_version: int
    """The version of the city, or of the district, that it follows; 0: it is the first."""

    @property
    def is_published(self) -> bool:
        """Tell whether both said yes."""
        return self.proposal.state is ProposalState.ACCEPTED

    def decide(self, verdict: Verdict, *, latest: Service | None, newest_version: int, today: date) -> Draft:
        """Return it published as the next version of its code, or turned down.

        Raises:
            MakerIsCheckerError: who proposed it decides.
            AlreadyDecidedError, ProposalLapsedError
            CatalogueOutdatedError: another version was published in between.
            CatalogueBackdatedError: its first day is no longer ahead.
        """
        decided = replace(self, proposal=self.proposal.decide(verdict))
        if not decided.is_published:
            return decided
        if self.base_version != version_of(latest):
            raise CatalogueOutdatedError(published=version_of(latest))
        refuse_backdated(self.service, latest=latest, today=today)
        return replace(decided, service=replace(self.service, version=newest_version + 1))


def version_of(latest: Service | None) -> int:
    """Return the version of what was published last, 0 where nothing was."""
    return latest.version if latest else 0


def refuse_backdated(service: Service, *, latest: Service | None, today: date) -> None:
    """Refuse a first day that is not ahead: what was asked for today was asked for by what is in force today.

    Raises:
        CatalogueBackdatedError: today or earlier, or before the version published last begins.
    """
    is_early = latest is not None and service.effective < latest.effective
    if service.effective <= today or is_early:
        raise CatalogueBackdatedError(
            effective=service.effective, today=today, latest=latest.effective if latest else None
        )


def refuse_contradictions(service: Service) -> None:
    """Refuse what fits field by field and not together.

    Raises:
        CatalogueContradictionError: its `field` says which.
    """
    tariff = service.tariff
    wrong = {
        "until": service.until is not None and service.until < service.effective,
        "max_minutes": service.max_minutes < service.min_minutes,
        "certificate": service.risk == QUALIFIED_RISK and not service.certificate,
        "night_until": tariff.night_percent != PLAIN_PERCENT and tariff.night_from == tariff.night_until,
        "season_until": bool(tariff.season_from) != bool(tariff.season_until),
        "season_from": tariff.season_percent != PLAIN_PERCENT and not tariff.season_from,
        "checklist": len(set(service.checklist)) != len(service.checklist),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise CatalogueContradictionError(field=field)
