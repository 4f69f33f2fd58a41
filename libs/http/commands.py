"""Commands take effect once: the first answer, also a refusal, is kept with the effect and given again.

A command's id is the resource's own (`PUT /v1/things/{id}`) or the `Idempotency-Key` header. What is kept, per caller
and id, is what use cases decide (success, 403 who may, 404, 409, 422); never authentication, suspension, validation,
429 or 5xx. Who the caller is was looked up at the beginning of the request and is looked up again in the transaction:
a suspension, or a role taken away, that committed in between stops what has not been done yet.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from flask import current_app, request
from psycopg.types.json import Jsonb
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from libs.db import collect
from libs.db.driver import pipelined, run
from libs.errors import IdReusedError, InvalidError, Kind, Refusal
from libs.http.actor import Actor, StandingChangedError
from libs.http.auth import current_actor, current_bearer, refuse_suspended, refuse_without_second_factor
from libs.ids import id_from_cause

ATTEMPTS_MAX = 3
_TRANSIENT_STATES = {"40001", "40P01"}
Answer = dict[str, object]

metadata = sa.MetaData()
command = sa.Table(
    "command",
    metadata,
    sa.Column("caller", sa.Uuid, primary_key=True),
    sa.Column("command_id", sa.Uuid, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("answer", JSONB(none_as_null=True)),
    sa.Column("refusal", JSONB(none_as_null=True)),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 7))"
_KEPT = "SELECT fingerprint, answer, refusal FROM command WHERE caller = %(caller)s AND command_id = %(command_id)s"
_KEEP = """
INSERT INTO command (caller, command_id, fingerprint, answer, refusal)
VALUES (%(caller)s, %(command_id)s, %(fingerprint)s, %(answer)s, %(refusal)s)"""


def create_commands(bind: Connection) -> None:
    """Create the table of commands; called by a service's first migration (`op.get_bind()`)."""
    metadata.create_all(bind)


class Kept(NamedTuple):
    """What a command was given as its answer."""

    fingerprint: bytes
    answer: Answer | None
    refusal: Answer | None


class IdempotencyKeyMissingError(InvalidError):
    """An Idempotency-Key header with a UUID is needed."""


class KeptRefusal(Refusal):
    """A refusal given again as it was given first."""

    def __init__(self, kept: Mapping[str, object]) -> None:
        super().__init__(**cast("dict[str, object]", kept["fields"]))
        self.kind = Kind(kept["kind"])  # type: ignore[misc]  # a refusal of any class is replayed by this one
        self.code, self.english = str(kept["code"]), str(kept["english"])  # type: ignore[misc]
        self.home = str(kept["home"])  # type: ignore[misc]


def run_command(
    use_case: Callable[[Connection], Answer], *, terms: Mapping[str, object], command_id: UUID | None = None
) -> Answer:
    """Run a use case once for this caller and id, in one transaction, and return its answer.

    `terms` is the content that the id stands for: the request's fields as they were loaded.

    Raises:
        IdReusedError: the id came before with other terms.
        IdempotencyKeyMissingError: no `command_id` was given and no Idempotency-Key sent.
        Unauthorized, PersonSuspendedError, StandingChangedError: the caller is not any more who began the request.
        Refusal: what the use case refused, now or the first time.
    """
    identity = command_id or _key_of_request()
    fingerprint = _fingerprint(terms)
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return _run(use_case, identity, fingerprint)
        except OperationalError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state not in _TRANSIENT_STATES or attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable: the loop returns or raises")


def _key_of_request() -> UUID:
    try:
        return UUID(request.headers["Idempotency-Key"])
    except (KeyError, ValueError) as error:
        raise IdempotencyKeyMissingError from error


def command_cause(command_id: UUID | None = None) -> UUID:
    """Return the cause of all that follows from a command of this caller: the same when it comes again."""
    return id_from_cause(current_actor().person_id, str(command_id or _key_of_request()))


def _fingerprint(terms: Mapping[str, object]) -> bytes:
    content = [request.method, request.path, terms]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str, ensure_ascii=False).encode()).digest()


class _UndoneError(Exception):
    """The use case refused; its transaction is rolled back before the refusal is kept in one of its own."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


def _run(use_case: Callable[[Connection], Answer], identity: UUID, fingerprint: bytes) -> Answer:
    database = current_app.extensions["service"].database
    actor = current_actor()
    names = {"caller": actor.person_id, "command_id": identity}
    try:
        with database.transaction() as connection:
            kept = _locked_for(actor, connection, names)
            if kept is None:
                outcome = _outcome_or_undo(use_case, connection)
                if isinstance(outcome, Refusal):
                    _keep(connection, names, fingerprint, refusal=_refusal_fields(outcome))
                else:
                    _keep(connection, names, fingerprint, answer=outcome)
        if kept is None:
            return _given(outcome)
    except _UndoneError as undone:
        with database.transaction() as connection:
            kept = _locked(connection, names)
            if kept is None:
                _keep(connection, names, fingerprint, refusal=_refusal_fields(undone.refusal))
        if kept is None:
            raise undone.refusal from None
    return _kept_answer(kept, fingerprint)


def _locked_for(actor: Actor, connection: Connection, names: Mapping[str, UUID]) -> Kept | None:
    """As `_locked`, for a caller who still is who they were; the look costs no trip of its own.

    Raises:
        Unauthorized, PersonSuspendedError, SecondFactorRequiredError, StandingChangedError: they are not.
    """
    directory = current_app.extensions["service"].directory
    with pipelined(connection):
        run(connection, _LOCK, _lock_of(names))
        cursor = run(connection, _KEPT, names)
        read = directory(connection, current_bearer())
    present = read()
    refuse_suspended(present)
    refuse_without_second_factor(present)
    if present != actor:
        raise StandingChangedError
    return _kept(cursor.fetchone())


def _locked(connection: Connection, names: Mapping[str, UUID]) -> Kept | None:
    """What is kept of this command, if anything; nobody else runs it until the transaction ends."""
    with pipelined(connection):
        run(connection, _LOCK, _lock_of(names))
        cursor = run(connection, _KEPT, names)
    return _kept(cursor.fetchone())


def _lock_of(names: Mapping[str, UUID]) -> Mapping[str, str]:
    return {"lock": f"{names['caller']}/{names['command_id']}"}


def _kept(row: tuple[Any, ...] | None) -> Kept | None:
    return Kept(*row) if row else None


def _keep(
    connection: Connection,
    names: Mapping[str, UUID],
    fingerprint: bytes,
    *,
    answer: Answer | None = None,
    refusal: Answer | None = None,
) -> None:
    terms: Mapping[str, Any] = {
        **names,
        "fingerprint": fingerprint,
        "answer": None if answer is None else Jsonb(answer),
        "refusal": None if refusal is None else Jsonb(refusal),
    }
    collect(connection, _write_kept, terms)


def _write_kept(connection: Connection, kept: list[Mapping[str, Any]]) -> None:
    for terms in kept:
        run(connection, _KEEP, terms)


def _outcome_or_undo(use_case: Callable[[Connection], Answer], connection: Connection) -> Answer | Refusal:
    """Return the answer, or a refusal that commits what was written before it; any other refusal undoes it."""
    try:
        return _json(use_case(connection))
    except Refusal as refused:
        if refused.keeps_effects:
            return refused
        raise _UndoneError(refused) from refused


def _given(outcome: Answer | Refusal) -> Answer:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _kept_answer(kept: Kept, fingerprint: bytes) -> Answer:
    if kept.fingerprint != fingerprint:
        raise IdReusedError
    if kept.refusal is not None:
        raise KeptRefusal(kept.refusal)
    assert kept.answer is not None, "a command is kept with its answer or its refusal"
    return kept.answer


def _json(answer: Answer) -> Answer:
    return cast("Answer", json.loads(json.dumps(answer, default=str)))


def _refusal_fields(refusal: Refusal) -> Answer:
    fields = json.loads(json.dumps(refusal.fields, default=str))
    said = {"code": refusal.code, "english": refusal.english, "home": refusal.home}
    return {"kind": refusal.kind.value, **said, "fields": fields}
