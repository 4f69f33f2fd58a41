"""Commands take effect once: the first answer, also a refusal, is kept with the effect and given again.

A command's id is the resource's own (`PUT /v1/things/{id}`) or the `Idempotency-Key` header. What is kept, per caller
and id, is what use cases decide (success, 403 who may, 404, 409, 422); never authentication, validation, 429 or 5xx.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from flask import current_app, request
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from libs.db import savepoint
from libs.errors import IdReusedError, InvalidError, Kind, Refusal
from libs.http.auth import current_actor

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
    sa.Column("answer", JSONB),
    sa.Column("refusal", JSONB),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)


def create_commands(bind: Connection) -> None:
    """Create the table of commands; called by a service's first migration (`op.get_bind()`)."""
    metadata.create_all(bind)


class KeyMissingError(InvalidError):
    """A POST with an effect came without its Idempotency-Key."""

    code = "idempotency_key_missing"
    zh = "缺少 Idempotency-Key(UUID)"
    en = "An Idempotency-Key header with a UUID is needed"


class KeptRefusal(Refusal):
    """A refusal given again as it was given first."""

    def __init__(self, kept: Mapping[str, object]) -> None:
        super().__init__(**cast("dict[str, object]", kept["fields"]))
        self.kind = Kind(kept["kind"])  # type: ignore[misc]  # a refusal of any class is replayed by this one
        self.code, self.zh, self.en = str(kept["code"]), str(kept["zh"]), str(kept["en"])  # type: ignore[misc]


def run_command(
    use_case: Callable[[Connection], Answer], *, terms: Mapping[str, object], command_id: UUID | None = None
) -> Answer:
    """Run a use case once for this caller and id, in one transaction, and return its answer.

    `terms` is the content that the id stands for: the request's fields as they were loaded.

    Raises:
        IdReusedError: the id came before with other terms.
        KeyMissingError: no `command_id` was given and no Idempotency-Key sent.
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
        raise KeyMissingError from error


def _fingerprint(terms: Mapping[str, object]) -> bytes:
    content = [request.method, request.path, terms]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str, ensure_ascii=False).encode()).digest()


def _run(use_case: Callable[[Connection], Answer], identity: UUID, fingerprint: bytes) -> Answer:
    caller = current_actor().person_id
    refusal: Refusal | None = None
    answer: Answer = {}
    with current_app.extensions["service"].database.transaction() as connection:
        lock = f"{caller}/{identity}"
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 7))"), {"lock": lock})
        kept = connection.execute(
            sa.select(command).where(command.c.caller == caller, command.c.command_id == identity)
        ).first()
        if kept is not None:
            return _kept_answer(kept, fingerprint)
        try:
            with savepoint(connection):
                answer = _json(use_case(connection))
        except Refusal as refused:
            refusal = refused
        connection.execute(
            command.insert().values(
                caller=caller,
                command_id=identity,
                fingerprint=fingerprint,
                answer=None if refusal else answer,
                refusal=_refusal_fields(refusal) if refusal else None,
            )
        )
    if refusal is not None:
        raise refusal
    return answer


def _kept_answer(kept: sa.Row[tuple[object, ...]], fingerprint: bytes) -> Answer:
    if bytes(kept.fingerprint) != fingerprint:
        raise IdReusedError
    if kept.refusal is not None:
        raise KeptRefusal(kept.refusal)
    return cast("Answer", kept.answer)


def _json(answer: Answer) -> Answer:
    return cast("Answer", json.loads(json.dumps(answer, default=str)))


def _refusal_fields(refusal: Refusal) -> Answer:
    fields = json.loads(json.dumps(refusal.fields, default=str))
    return {"kind": refusal.kind.value, "code": refusal.code, "zh": refusal.zh, "en": refusal.en, "fields": fields}
