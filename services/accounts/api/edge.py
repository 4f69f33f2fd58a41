"""What every resource of accounts shares: its parts, an act on the request's transaction, pages, acting for someone."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, request
from marshmallow import Schema, fields, validate

from libs.db import Connection
from libs.http import Cursor, Service, current_actor, page_of, run_command
from libs.http.pages import PAGE_DEFAULT, PAGE_MAX, CursorError
from libs.http.waiting import Waiters
from services.accounts.domain.policy import RuleBook
from services.accounts.gateways.codes import CodeSender
from services.accounts.gateways.passwords import Passwords
from services.accounts.store.store import Store
from services.accounts.store.vault import Vault
from services.accounts.usecases.act import Act, OnBehalf

TEXT_MAX = 500
Answer = dict[str, object]
Body = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """What the composition root gives to every request."""

    vault: Vault
    passwords: Passwords
    book: RuleBook
    erasures: Waiters
    codes: CodeSender | None


class ActingSchema(Schema):
    """For whom somebody else acts; part of every command's body."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=TEXT_MAX))
    why = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=TEXT_MAX))


class PageSchema(Schema):
    """Where a page begins and how long it is."""

    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(1, PAGE_MAX))
    cursor = fields.String(load_default=None)


def service() -> Service:
    """Return the running service."""
    found: Service = current_app.extensions["service"]
    return found


def parts() -> Parts:
    """Return the parts of the running service."""
    found = service().parts["accounts"]
    assert isinstance(found, Parts)
    return found


def store_on(connection: Connection) -> Store:
    """Return the stores on a transaction."""
    return Store(connection, parts().vault)


def act_on(connection: Connection) -> Act:
    """Return the caller's act on a transaction."""
    return Act(store_on(connection), current_actor().person_id, service().clock.now())


def command(
    use_case: Callable[[Act], T], answer: Callable[[T], Answer], terms: Body, *, command_id: UUID | None = None
) -> Answer:
    """Run a use case once for this caller and id; only a keyed digest of the terms is kept.

    The terms may hold names, numbers and passwords: a plain hash of them could be guessed back.
    """
    digest = parts().vault.digest("terms", json.dumps(terms, sort_keys=True, default=str, ensure_ascii=False))
    return run_command(
        lambda connection: answer(use_case(act_on(connection))), terms={"digest": digest.hex()}, command_id=command_id
    )


def transaction() -> AbstractContextManager[Connection]:
    """Open a read-write transaction for what is no command: signing in, and views that are logged."""
    return service().database.transaction()


def on_behalf(body: Body) -> OnBehalf:
    """Return for whom the caller acts."""
    return OnBehalf(body.get("acting_for"), body.get("consent") or "", body.get("why") or "")


def after_id(cursor: str | None) -> UUID | None:
    """Return the id after which a page begins.

    Raises:
        CursorError: not a cursor of such a list.
    """
    key = Cursor.unpack(cursor, 1)
    try:
        return UUID(str(key[0])) if key else None
    except ValueError as error:
        raise CursorError from error


def number_before(cursor: str | None) -> int | None:
    """Return the number before which a page of a numbered list begins.

    Raises:
        CursorError: not a cursor of such a list.
    """
    key = Cursor.unpack(cursor, 1)
    if key and not isinstance(key[0], int):
        raise CursorError
    return key[0] if key else None


def plain(value: object) -> object:
    """Return a column's value as JSON has it."""
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, UUID) else value


def page(rows: list[Answer], query: Body, key: str) -> Answer:
    """Return a page of a list that was read with one row more than its limit."""
    return page_of(rows, limit=query["limit"], key=[key])


def instant(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def address() -> str:
    """Return where the request came from."""
    return request.remote_addr or "?"
