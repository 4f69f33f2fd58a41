"""Gifts, donations and exchanges: what the ledger is asked to post, and its answers."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import Cursor
from sqlalchemy import Connection

from libs.contracts.powers import POWERS
from libs.db import write_at_end
from libs.db.driver import pipelined
from libs.db.rows import add_row, ask_row, change_rows, claim_row
from libs.programme.known_grants import lock_for
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.store import words
from services.redemption.core.store.asking import asking_of, columns_of_asking
from services.redemption.core.store.facts import (
    DISTRICT_OF,
    ask_close,
    ask_facts,
    ask_number,
    ask_person,
    ask_policy,
    ask_relation,
    terms_of,
)
from services.redemption.core.store.service_minutes import SERVED
from services.redemption.gifts import tables as t
from services.redemption.gifts.rules import CreditFacts, CreditKind, CreditRequest, RequestState

_PLAIN = [field.name for field in dataclasses.fields(CreditRequest) if field.name != "asked"]


def add_credit_request(connection: Connection, request: CreditRequest) -> None:
    """Keep a new gift, donation or exchange."""
    row = {name: getattr(request, name) for name in _PLAIN} | columns_of_asking(request.asked)
    write_at_end(connection, lambda: add_row(connection, t.credit_request, row))


_LOCK_SPACE = 12
_OF_REQUEST = "(SELECT {name} FROM credit_request WHERE request_id = %(request_id)s)"
_MONTH_MINUTES = """
    SELECT coalesce(sum(amount_minutes), 0) FROM credit_request
    WHERE giver_id = {giver} AND month = %(month)s AND kind = 'gift' AND state IN ('requested', 'done')"""


def load_asked(
    connection: Connection, context: CommandContext, *, giver_id: UUID, receiver_id: UUID | None, request_id: UUID
) -> CreditFacts:
    """Return what asking for something depends on; no other request of the giver is decided meanwhile."""
    terms = terms_of(context, giver_id=giver_id, receiver_id=receiver_id, request_id=request_id)
    giver = "%(giver_id)s::uuid"
    district = DISTRICT_OF.format(whose=giver)
    is_acting = giver_id != context.caller.person_id
    may = not is_acting or context.caller.has(POWERS["act_for"])
    with pipelined(connection):
        lock_for(connection, giver, terms, space=_LOCK_SPACE, may=may, whose=giver)
        kept = claim_row(connection, t.credit_request, request_id=request_id)
        facts = _ask(connection, terms, giver, "%(receiver_id)s::uuid", district, is_acting=is_acting)
    return facts(kept)


def load_decision(connection: Connection, context: CommandContext, request_id: UUID) -> CreditFacts:
    """Return what the second person's word depends on; nothing else of the giver is decided meanwhile."""
    terms, may = terms_of(context, request_id=request_id), context.caller.has(POWERS["decide_credit_for"])
    giver, receiver, district = (_OF_REQUEST.format(name=name) for name in ("giver_id", "receiver_id", "district_id"))
    with pipelined(connection):
        lock_for(connection, giver, terms, space=_LOCK_SPACE, may=may)
        kept = ask_row(connection, t.credit_request, for_update=may, request_id=request_id)
        facts = _ask(connection, terms, giver, receiver, district, is_acting=False)
    return facts(kept)


def _ask(
    connection: Connection, terms: dict[str, Any], giver: str, receiver: str, district: str, *, is_acting: bool
) -> Callable[[Cursor[Any]], CreditFacts]:
    who = ask_facts(connection, giver, terms, acting=is_acting)
    whom = ask_person(connection, receiver, terms)
    close = ask_close(connection, f"ARRAY[{giver}, {receiver}]", terms)
    relation = ask_relation(connection, giver, receiver, terms)
    policy = ask_policy(connection, district, terms)
    given = ask_number(connection, _MONTH_MINUTES.format(giver=giver), terms)
    served = ask_number(connection, SERVED.format(whose=giver), terms)

    def read(kept: Cursor[Any]) -> CreditFacts:
        row = kept.fetchone()
        request = _request(row._asdict()) if row else None
        return CreditFacts(who(), whom(), close(), relation(), policy(), given(), served(), request)

    return read


def save_decision(connection: Connection, request: CreditRequest) -> None:
    """Keep the second person's word with the last statements of the transaction."""
    write_at_end(connection, lambda: save_credit_request(connection, request))


def find_credit_request(connection: Connection, request_id: UUID) -> CreditRequest | None:
    """Return a request, for change."""
    query = sa.select(t.credit_request).where(t.credit_request.c.request_id == request_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return _request(dict(row)) if row else None


def save_credit_request(connection: Connection, request: CreditRequest) -> None:
    """Keep what was decided or answered."""
    changed = ("code", "decided_by", "decided_at", "decision_why", "policy_version", "month")
    values = {"state": request.state.value, **{name: getattr(request, name) for name in changed}}
    change_rows(connection, t.credit_request, values, request_id=request.request_id)


def has_open_request(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the ledger has still to answer about credit of, or for, the person."""
    row = t.credit_request.c
    query = sa.select(sa.literal(1)).where(
        sa.or_(row.giver_id == person_id, row.receiver_id == person_id), row.state == "requested"
    )
    return connection.execute(query.limit(1)).first() is not None


def _request(row: Mapping[str, Any]) -> CreditRequest:
    plain = {name: row[name] for name in _PLAIN}
    words = {"kind": CreditKind(row["kind"]), "state": RequestState(row["state"])}
    return CreditRequest(**plain | words, asked=asking_of(row))


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    words.forget_words(connection, (t.credit_request.c.giver_id, t.credit_request.c.receiver_id), person_id)
