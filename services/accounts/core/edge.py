"""What every resource of accounts shares: its parts, a command or a look on the request's transaction."""

import json
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import current_app, request

from libs.clock import machine_now
from libs.db import Connection
from libs.errors import Refusal
from libs.http import Service, current_actor, reading, run_command
from libs.http.addresses import Origin, origin_of
from libs.http.commands import command_cause
from libs.ids import new_id
from libs.logs import get_logger
from libs.telling import describe
from services.accounts.core.gateways.codes import CodeSender
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.rules.notices import Notice
from services.accounts.core.schemas import Answer, Body, without_words
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.core.usecases.authorise import keep_consent
from services.accounts.core.usecases.command_context import CommandContext

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """What the composition root gives to every request."""

    vault: Vault
    passwords: Passwords
    codes: CodeSender | None


def service() -> Service:
    """Return the running service."""
    found: Service = current_app.extensions["service"]
    return found


def parts() -> Parts:
    """Return the parts of the running service."""
    found = service().parts["accounts"]
    assert isinstance(found, Parts)
    return found


def part(kind: type[T]) -> T:
    """Return what the composition root gave to one feature."""
    found = service().parts[kind.__name__]
    assert isinstance(found, kind)
    return found


def store_on(connection: Connection) -> SealedStore:
    """Return the stores on a transaction."""
    return SealedStore(connection, parts().vault)


def opened(connection: Connection) -> tuple[SealedStore, CommandContext]:
    """Return the stores on a transaction, and who calls when."""
    return store_on(connection), CommandContext(current_actor(), now(), cause=new_id())


def command(
    use_case: Callable[[SealedStore, CommandContext], Answer],
    terms: Body,
    *,
    command_id: UUID | None = None,
    about: Collection[UUID] = (),
) -> Answer:
    """Run a use case once for this caller and id, and keep the consent of whom it was done for.

    It is done for one of those whom it is about, or for nobody. Only a keyed digest of the terms is kept.

    The terms may hold names, numbers and passwords: a plain hash of them could be guessed back. The answer is kept
    without what somebody wrote in their own words.
    """
    context = _context_of(terms, command_cause(command_id))
    digest = parts().vault.digest("terms", json.dumps(terms, sort_keys=True, default=str, ensure_ascii=False))

    def run(connection: Connection) -> Answer:
        store = store_on(connection)
        answer = use_case(store, context)
        keep_consent(store, context, about, (request.endpoint or "").rpartition(".")[2])
        return without_words(answer)

    return run_command(run, terms={"digest": digest.hex()}, command_id=command_id)


def refused_before_work(check: Callable[[SealedStore, CommandContext], object]) -> Refusal | None:
    """Ask whether the caller may, before anything is hashed, parsed or expanded; return the refusal if not.

    The command raises it, so that it is kept like any other.
    """
    with reading() as connection:
        try:
            check(*opened(connection))
        except Refusal as refused:
            return refused
    return None


def tell(notices: Iterable[Notice]) -> None:
    """Send what was decided to be told; called after the command has committed, and never twice for one command."""
    sender = parts().codes
    for notice in notices if sender is not None else ():
        assert sender is not None
        try:
            sender.tell(phone_number=notice.phone_number, lines=notice.lines, now=machine_now())
        except OSError as error:  # What was done is done, and says so on the person's page.
            get_logger().error("notice_not_sent", error=describe(error))


def transaction() -> AbstractContextManager[Connection]:
    """Open a read-write transaction for what is no command: signing in, and views that are logged."""
    return service().database.transaction()


def now() -> datetime:
    """Return the platform's time."""
    return service().clock.now()


def origin() -> Origin:
    """Return where the request came from."""
    return origin_of(request.remote_addr)


def _context_of(terms: Body, cause: UUID) -> CommandContext:
    return CommandContext(
        current_actor(), now(), cause, terms.get("acting_for"), terms.get("consent"), terms.get("why") or ""
    )
