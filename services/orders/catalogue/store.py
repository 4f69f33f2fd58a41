"""Versions of services: as the file in data/ tells the first ones, as they are proposed, and as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.http.lists import NOW, Listing, equals
from libs.programme.known_grants import lock_for
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from libs.yaml_files import read_yaml
from services.orders.catalogue.rules import Draft
from services.orders.catalogue.tables import catalogue_proposal
from services.orders.core.rules.catalogue import Service
from services.orders.core.store.catalogue_store import columns_of_service, service_of_columns
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.tables import catalogue_item

CATALOGUE = Path(__file__).resolve().parents[1] / "data" / "catalogue.yaml"
_COLUMNS = ("code", "effective", "until", "district_id", "version")
"""What a proposal has beside the terms of its service."""


def services_of_file(path: Path = CATALOGUE) -> list[Service]:
    """Return every service of a catalogue file, with the file's defaults filled in."""
    catalogue = read_yaml(path)
    return [_service(catalogue, code, entry) for code, entry in catalogue["services"].items()]


def _service(catalogue: Mapping[str, Any], code: str, entry: Mapping[str, Any]) -> Service:
    filled = {**catalogue["defaults"], **entry}
    certificates = filled.get("certificate_for") or {}
    return Service(
        code=code,
        version=catalogue["version"],
        effective=catalogue["effective"],
        name_zh=filled["zh"],
        name_en=filled["en"],
        service_class=filled["class"],
        risk=filled["risk"],
        persons=filled["persons"],
        min_minutes=filled["min_minutes"],
        max_minutes=filled["max_minutes"],
        coefficient_percent=filled["coefficient_percent"],
        funding=frozenset(filled["funding"]),
        certificate=filled.get("certificate") or "",
        max_grade=filled.get("max_grade") or "",
        checklist=tuple(filled.get("checklist", ())),
        certificate_for=", ".join(f"{part}: {needed}" for part, needed in certificates.items()),
    )


VERSIONS = Listing(
    sa.select(catalogue_item),
    order=(catalogue_item.c.code, catalogue_item.c.version),
    narrowed={"code": equals(catalogue_item.c.code)},
)
"""Every version that was published, also those that are to come and those that are over."""


def _in_state(state: ProposalState) -> sa.ColumnElement[bool]:
    lapsed = (catalogue_proposal.c.state == ProposalState.PROPOSED) & (catalogue_proposal.c.lapses_at <= NOW)
    if state is ProposalState.LAPSED:
        return (catalogue_proposal.c.state == ProposalState.LAPSED) | lapsed
    return (catalogue_proposal.c.state == state) & ~lapsed


PROPOSALS = Listing(
    sa.select(catalogue_proposal),
    order=(catalogue_proposal.c.proposed_at, catalogue_proposal.c.proposal_id),
    narrowed={"state": _in_state},
    newest_first=True,
)
"""What was proposed for the catalogue: waiting, published and turned down."""


def lock_code(connection: Connection, code: str) -> None:
    """Let nobody else publish a version of this service until the transaction ends."""
    lock_for(connection, "%(code)s", {"code": code, "caller_id": None}, space=_CODE_LOCK, may=True)


_CODE_LOCK = 31


def latest_of(connection: Connection, code: str, district_id: UUID | None) -> Service | None:
    """Return the version published last of a service of the city, or of a district."""
    same = catalogue_item.c.district_id.is_not_distinct_from(district_id)
    asked = sa.select(catalogue_item).where(catalogue_item.c.code == code, same)
    row = connection.execute(asked.order_by(catalogue_item.c.version.desc()).limit(1)).mappings().first()
    return service_of_columns(row) if row else None


def newest_version(connection: Connection, code: str) -> int:
    """Return the highest number that a version of a service has anywhere, 0 where there is none."""
    newest: int | None = connection.scalar(
        sa.select(sa.func.max(catalogue_item.c.version)).where(catalogue_item.c.code == code)
    )
    return newest or 0


def add_version(connection: Connection, service: Service) -> None:
    """Add a published version; it is never changed."""
    connection.execute(catalogue_item.insert().values(columns_of_service(service)))


def add_draft(connection: Connection, draft: Draft) -> bool:
    """Add a proposal; False when the id is taken."""
    terms = columns_of_service(draft.service)
    columns = {name: terms.pop(name) for name in _COLUMNS}
    row: dict[str, Any] = {
        **columns,
        **columns_of(draft.proposal),
        "version": None,
        "proposal_id": draft.proposal.proposal_id,
        "unit_id": draft.unit_id,
        "base_version": draft.base_version,
        "terms": terms,
    }
    added = insert(catalogue_proposal).values(row).on_conflict_do_nothing().returning(catalogue_proposal.c.proposal_id)
    return connection.execute(added).first() is not None


def lock_draft(connection: Connection, proposal_id: UUID) -> Draft:
    """Return a proposal, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return draft_of(lock_row(connection, catalogue_proposal, catalogue_proposal.c.proposal_id, proposal_id))


def read_draft(connection: Connection, proposal_id: UUID) -> Draft:
    """Return a proposal.

    Raises:
        RecordNotFoundError: there is none.
    """
    asked = sa.select(catalogue_proposal).where(catalogue_proposal.c.proposal_id == proposal_id)
    row = connection.execute(asked).mappings().first()
    if row is None:
        raise RecordNotFoundError
    return draft_of(row)


def save_draft(connection: Connection, decided: Draft) -> None:
    """Note how a proposal was decided, and as which version it was published."""
    changed = sa.update(catalogue_proposal).where(catalogue_proposal.c.proposal_id == decided.proposal.proposal_id)
    version = {"version": decided.service.version or None}
    connection.execute(changed.values(columns_of(decided.proposal) | version))


def draft_of(row: Any) -> Draft:
    """Return the proposal of a row."""
    kept = row if isinstance(row, Mapping) else row._asdict()
    columns = {name: kept[name] for name in _COLUMNS} | {"version": kept["version"] or 0}
    return Draft(
        proposal=proposal_of(kept, proposal_id=kept["proposal_id"]),
        unit_id=kept["unit_id"],
        service=service_of_columns(kept["terms"] | columns),
        base_version=kept["base_version"],
    )
