"""Gifts, donations and exchanges: what the ledger is asked to post, and its answers."""

import dataclasses
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from libs.programme.acting import consent_from_json
from services.redemption.core.store.lists import silence_acting, silence_verdicts
from services.redemption.gifts import tables as t
from services.redemption.gifts.rules import CreditKind, CreditRequest, RequestState


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
    """Return when the next proposal lapses."""
    row = t.credit_request.c
    query = sa.select(row.lapses_at).where(row.state == "proposed").order_by(row.lapses_at).limit(1)
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


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


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    silence_acting(connection, t.credit_request, person_id)
    silence_verdicts(connection, t.credit_request.c.giver_id, person_id)
