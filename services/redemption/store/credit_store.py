"""Gifts, donations and exchanges; grant runs; estates: what the ledger is asked to post, and its answers."""

import dataclasses
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from libs.programme.acting import consent_from_json
from libs.programme.two_people import LAPSES_AFTER
from services.redemption.domain.credit_request import CreditKind, CreditRequest, RequestState
from services.redemption.domain.estate import Estate
from services.redemption.domain.grants import GrantRun
from services.redemption.store import tables as t

_LOCK_SPACE = 12


def lock_giver(connection: Connection, giver_id: UUID) -> None:
    """Let one request of a giver, or one grant run of a district, be decided at a time."""
    statement = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :space))")
    connection.execute(statement, {"key": str(giver_id), "space": _LOCK_SPACE})


def add_credit_request(connection: Connection, request: CreditRequest) -> None:
    """Keep a new gift, donation or exchange."""
    row = {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}
    row |= {"kind": request.kind.value, "state": request.state.value}
    row["consent"] = request.consent.to_json() if request.consent else None
    connection.execute(t.credit_request.insert().values(row))


def find_credit_request(connection: Connection, request_id: UUID) -> CreditRequest | None:
    """Return a request, for change."""
    query = sa.select(t.credit_request).where(t.credit_request.c.request_id == request_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return _request(row) if row else None


def giver_of(connection: Connection, request_id: UUID) -> UUID | None:
    """Return whose credit a request is about, to be locked before the request is."""
    row = t.credit_request.c
    return connection.execute(sa.select(row.giver_id).where(row.request_id == request_id)).scalar_one_or_none()


def save_credit_request(connection: Connection, request: CreditRequest) -> None:
    """Keep what was decided or answered."""
    changed = ("code", "decided_by", "decided_at", "decision_why", "policy_version", "month")
    connection.execute(
        t.credit_request.update()
        .where(t.credit_request.c.request_id == request.request_id)
        .values(state=request.state.value, **{name: getattr(request, name) for name in changed})
    )


def first_lapse(connection: Connection) -> datetime | None:
    """Return when the next proposal lapses: of credit, of an estate or of an entitlement."""
    waiting = (
        sa.select(sa.func.min(one.c.lapses_at)).where(one.c.state == "proposed").scalar_subquery()
        for one in (t.credit_request, t.estate, t.entitlement)
    )
    found: datetime | None = connection.execute(sa.select(sa.func.least(*waiting))).scalar_one()
    return found


def lapse_estates_and_entitlements(connection: Connection, now: datetime) -> None:
    """End the proposals about estates and entitlements that nobody decided in time."""
    for one in (t.estate, t.entitlement):
        is_late = sa.and_(one.c.state == "proposed", one.c.lapses_at <= now)
        connection.execute(one.update().where(is_late).values(state="lapsed"))


def lapsing(connection: Connection, now: datetime, *, limit: int) -> list[CreditRequest]:
    """Return proposals that nobody decided in time, for change."""
    row = t.credit_request.c
    query = sa.select(t.credit_request).where(row.state == "proposed", row.lapses_at <= now)
    found = connection.execute(query.order_by(row.lapses_at).limit(limit).with_for_update()).mappings()
    return [_request(one) for one in found]


def gift_month_minutes(connection: Connection, *, giver_id: UUID, month: date) -> int:
    """Return what a giver has given, or asked to give, in a calendar month."""
    row = t.credit_request.c
    query = sa.select(sa.func.coalesce(sa.func.sum(row.amount_minutes), 0)).where(
        row.giver_id == giver_id, row.month == month, row.kind == "gift", row.state.in_(("requested", "done"))
    )
    return int(connection.execute(query).scalar_one())


def has_open_request(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the ledger has still to answer about credit of, or for, the person."""
    row = t.credit_request.c
    query = sa.select(sa.literal(1)).where(
        sa.or_(row.giver_id == person_id, row.receiver_id == person_id), row.state == "requested"
    )
    return connection.execute(query.limit(1)).first() is not None


def _request(row: RowMapping) -> CreditRequest:
    values = {"kind": CreditKind(row["kind"]), "state": RequestState(row["state"])}
    return CreditRequest(**{**row, **values, "consent": consent_from_json(row["consent"])})


def granted_in(connection: Connection, *, month: date, district_id: UUID) -> set[UUID]:
    """Return who of a district has this month's grant, or is in a run that waits for the ledger."""
    query = (
        sa.select(t.grant_line.c.person_id)
        .join(t.person, t.person.c.person_id == t.grant_line.c.person_id)
        .where(t.grant_line.c.month == month, t.grant_line.c.is_live, t.person.c.district_id == district_id)
    )
    return set(connection.execute(query).scalars())


def add_grant_run(connection: Connection, run: GrantRun, *, requested_at: datetime) -> None:
    """Keep a run with its lines; one without lines has nothing to wait for."""
    connection.execute(
        t.grant_run.insert().values(
            grant_run_id=run.grant_run_id,
            district_id=run.district_id,
            month=run.month,
            amount_minutes=run.amount_minutes,
            requested_by=run.requested_by,
            policy_version=run.policy_version,
            requested_at=requested_at,
            state="requested" if run.person_ids else "done",
        )
    )
    lines = [
        {"grant_run_id": run.grant_run_id, "person_id": person_id, "month": run.month, "is_live": True}
        for person_id in run.person_ids
    ]
    if lines:
        connection.execute(t.grant_line.insert(), lines)


def find_grant_run_state(connection: Connection, grant_run_id: UUID) -> str | None:
    """Return the state of a run, for change."""
    query = sa.select(t.grant_run.c.state).where(t.grant_run.c.grant_run_id == grant_run_id).with_for_update()
    return connection.execute(query).scalar_one_or_none()


def save_grant_answer(connection: Connection, grant_run_id: UUID, *, state: str, code: str | None) -> None:
    """Keep the ledger's answer; a declined run leaves its people free for another."""
    connection.execute(
        t.grant_run.update().where(t.grant_run.c.grant_run_id == grant_run_id).values(state=state, code=code)
    )
    if state == "declined":
        lines = t.grant_line
        connection.execute(lines.update().where(lines.c.grant_run_id == grant_run_id).values(is_live=False))


def add_estate(connection: Connection, estate: Estate, *, proposed_at: datetime) -> None:
    """Keep a proposal."""
    connection.execute(
        t.estate.insert().values(
            dataclasses.asdict(estate) | {"proposed_at": proposed_at, "lapses_at": proposed_at + LAPSES_AFTER}
        )
    )


def lock_estate(connection: Connection, estate_id: UUID) -> Estate | None:
    """Return an estate for change, or None."""
    query = sa.select(t.estate).where(t.estate.c.estate_id == estate_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return Estate(**{name: row[name] for name in Estate.__dataclass_fields__}) if row else None


def has_lapsed(connection: Connection, estate_id: UUID, now: datetime) -> bool:
    """Tell whether it is too late to decide about an estate, also before it is marked."""
    at = connection.execute(sa.select(t.estate.c.lapses_at).where(t.estate.c.estate_id == estate_id)).scalar_one()
    return bool(now >= at)


def save_estate(connection: Connection, estate_id: UUID, **changed: object) -> None:
    """Keep a decision, or the ledger's answer."""
    connection.execute(t.estate.update().where(t.estate.c.estate_id == estate_id).values(**changed))


def decline_estates(connection: Connection, person_id: UUID, *, code: str, at: datetime) -> None:
    """End the proposals about somebody who lives: nobody may decide them when that person has died indeed."""
    waiting = sa.and_(t.estate.c.person_id == person_id, t.estate.c.state == "proposed")
    connection.execute(t.estate.update().where(waiting).values(state="declined", code=code, decided_at=at))
