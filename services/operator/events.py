"""timebank events: what waits, what is dead, and how to mend it. Nothing changes without a yes and a reason."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
from google.protobuf import descriptor_pool, json_format, message_factory
from sqlalchemy.engine import Connection

from libs.bus import Broker
from libs.contracts.events import accounts, ledger, orders, redemption
from libs.db import Database
from libs.inbox import operate
from libs.inbox.epochs import list_stream_epochs
from libs.outbox import operate as outbox
from libs.outbox.epochs import list_epochs
from libs.outbox.source import OutboxSource, Source
from services.ledger.bootstrap import create_sources as journal
from services.operator.adopting import Adoption
from services.operator.ledger import TopicAwayError, broker_of
from services.operator.platform import SERVICES, PlatformAwayError, Reached, operator_name, reach

# Imported for what they register: the descriptors of every event, by full name.
CONTRACTS = (accounts, ledger, orders, redemption)
MASKED = ("born", "sex", "grade", "hardship", "household_id", "died_on", "visit_risk")
MASKED_PREFIXES = ("home_",)
SERVICE = click.argument("service", type=click.Choice(SERVICES))
NUMBER = click.argument("number", type=int)
REASON = click.option("--reason", required=True, help="Why; it is kept with your name.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
T = TypeVar("T")


@click.group()
def events() -> None:
    """Look at events on their way, and mend those that cannot be applied."""


@events.command(name="list")
@click.pass_obj
def list_events(folder: Path) -> None:
    """List subjects set aside and streams that stopped, in every service."""
    found = 0
    for service in SERVICES:
        for parked in _read(folder, service, operate.list_parked):
            found += 1
            click.echo(
                f"{service} #{parked.number} {parked.state}: {parked.event_type} of {parked.subject}, "
                f"{parked.events} events, {parked.attempts} attempts, since {parked.parked_at:%Y-%m-%d %H:%M}: "
                f"{parked.reason[:160]}"
            )
        for at in _read(folder, service, lambda connection: operate.list_streams(connection, only_stopped=True)):
            found += 1
            click.echo(f"{service} STOPPED at {at.position} of {at.topic} {at.stream} since {at.stopped_since}")
    click.echo("nothing is set aside, no stream has stopped" if not found else f"{found} in all")


@events.command()
@SERVICE
@click.pass_obj
def positions(folder: Path, service: str) -> None:
    """List how far a service has come on every stream it hears."""
    for at in _read(folder, service, operate.list_streams):
        click.echo(f"{at.topic:<32} {at.stream:<40} {at.position}")


@events.command()
@SERVICE
@NUMBER
@click.pass_obj
def show(folder: Path, service: str, number: int) -> None:
    """Show one event that is set aside; what is personal is masked."""
    parked = _write(folder, service, lambda connection: operate.show(connection, number))
    event = parked.event
    click.echo(f"{event.event_type} {event.event_id} of {event.subject}")
    click.echo(f"{event.topic} {event.stream} {event.position}, {event.occurred_at}, {len(event.payload or b'')} bytes")
    click.echo(f"{parked.state} after {parked.attempts} attempts: {parked.reason}")
    click.echo(_masked(event.event_type, event.payload))


@events.command()
@SERVICE
@NUMBER
@REASON
@YES
@click.pass_obj
def replay(folder: Path, service: str, number: int, reason: str, yes: bool) -> None:
    """Try a dead event again, and those behind it after it."""
    _ask(f"Try event {number} of {service} again?", yes=yes)
    act = {"operator": operator_name(), "reason": reason}
    _write(folder, service, lambda connection: operate.replay(connection, number, **act))
    click.echo("it is tried again now")


@events.command()
@SERVICE
@NUMBER
@click.option("--payload", type=click.File("rb"), required=True, help="A file with the event's new bytes.")
@REASON
@YES
@click.pass_obj
def mend(folder: Path, service: str, number: int, payload: BinaryIO, reason: str, yes: bool) -> None:
    """Give a dead event other bytes and try it again; the old bytes are kept."""
    content = payload.read()
    _ask(f"Replace the bytes of event {number} of {service} by {len(content)} others?", yes=yes)
    act = {"operator": operator_name(), "reason": reason}
    _write(folder, service, lambda connection: operate.mend(connection, number, payload=content, **act))
    click.echo("it is tried again now")


@events.command(name="pass-over")
@SERVICE
@NUMBER
@REASON
@YES
@click.pass_obj
def pass_over(folder: Path, service: str, number: int, reason: str, yes: bool) -> None:
    """Give a dead event up for good; those behind it go on."""
    _ask(f"Give up event {number} of {service} for good?", yes=yes)
    act = {"operator": operator_name(), "reason": reason}
    _write(folder, service, lambda connection: operate.pass_over(connection, number, **act))
    click.echo("passed over; its bytes are in the record of acts")


@events.command()
@SERVICE
@click.argument("topic")
@click.argument("stream")
@click.argument("position", type=int)
@REASON
@YES
@click.pass_obj
def move(folder: Path, service: str, topic: str, stream: str, position: int, reason: str, yes: bool) -> None:
    """Have a service go on after POSITION of a stream it hears."""
    _ask(f"Move {service} to {position} of {topic} {stream}?", yes=yes)
    terms = {"group": service, "topic": topic, "stream": stream, "operator": operator_name(), "reason": reason}
    _write(folder, service, lambda connection: operate.move_position(connection, position=position, **terms))
    click.echo("moved")


@events.command()
@SERVICE
@click.argument("topic")
@click.argument("stream")
@click.argument("position", type=int)
@YES
@click.pass_obj
def republish(folder: Path, service: str, topic: str, stream: str, position: int, yes: bool) -> None:
    """Have SERVICE publish a stream again from POSITION on."""
    _ask(f"Publish {topic} {stream} again from {position}?", yes=yes)
    sources: list[Source] = journal() if service == "ledger" else [OutboxSource()]
    terms = {"relay": service, "topic": topic, "stream": stream}
    count = _write(
        folder, service, lambda connection: outbox.republish(connection, sources, from_position=position, **terms)
    )
    click.echo(f"{count} events are published again")


@events.command()
@click.pass_obj
def epochs(folder: Path) -> None:
    """List which life of its database each service tells, and of which its hearers have applied events."""
    for service in SERVICES:
        for epoch in _read(folder, service, list_epochs):
            by = f" by {epoch.operator}" if epoch.operator else ""
            click.echo(
                f"{service} publishes epoch {epoch.number} since {epoch.since:%Y-%m-%d %H:%M}{by}: {epoch.reason}"
            )
    for service in SERVICES:
        for at in _read(folder, service, list_stream_epochs):
            stopped = f", STOPPED at epoch {at.came_epoch}" if at.came_epoch else ""
            click.echo(f"{service} has applied epoch {at.epoch} of {at.topic}, {at.streams} streams{stopped}")


@events.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
@click.option("--all", "everything", is_flag=True, help="All databases were put back to one point: tell everybody.")
@click.option("--kafka", default="", help="Where Kafka is, when the events go over it.")
@REASON
@YES
@click.pass_obj
def adopt(folder: Path, services: tuple[str, ...], everything: bool, kafka: str, reason: str, yes: bool) -> None:
    """Begin a new epoch of SERVICES, whose databases were put back to an earlier point and publish nothing since."""
    if everything == bool(services):
        raise click.UsageError("name the services whose databases were put back, or give --all")
    _ask(f"Begin a new epoch of {', '.join(services) or 'all services'}?", yes=yes)
    with _adoption(folder, reason) as adoption, _broker(folder, kafka) as broker:
        if everything:
            for words in adoption.adopt_all(broker):
                click.echo(words)
        for service in services:
            click.echo(f"{service} begins epoch {adoption.begin(service, broker).number}")


@events.command()
@SERVICE
@click.argument("publisher", type=click.Choice(SERVICES))
@REASON
@YES
@click.pass_obj
def accept(folder: Path, service: str, publisher: str, reason: str, yes: bool) -> None:
    """Have SERVICE go on with the new epoch of PUBLISHER, after what differs between them was mended."""
    _ask(f"Have {service} go on with what {publisher} publishes after its restore?", yes=yes)
    with _adoption(folder, reason) as adoption:
        for words in adoption.accept(service, publisher):
            click.echo(words)


@contextlib.contextmanager
def _adoption(folder: Path, reason: str) -> Iterator[Adoption]:
    platform = _platform(folder)
    databases = {name: Database(_writer(platform, name), pool_max=1) for name in SERVICES}
    try:
        yield Adoption(databases, operator=operator_name(), reason=reason)
    finally:
        for database in databases.values():
            database.dispose()


@contextlib.contextmanager
def _broker(folder: Path, kafka: str) -> Iterator[Broker]:
    try:
        broker = broker_of(_platform(folder), kafka)
    except TopicAwayError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield broker
    finally:
        broker.close()


def _platform(folder: Path) -> Reached:
    try:
        return reach(folder)
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error


def _writer(platform: Reached, service: str) -> str:
    try:
        return platform.writer(service)
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error


def _read(folder: Path, service: str, look: Callable[[Connection], T]) -> T:
    with _database(folder, service, writes=False) as database, database.reading() as connection:
        return look(connection)


def _write(folder: Path, service: str, act: Callable[[Connection], T]) -> T:
    try:
        with _database(folder, service, writes=True) as database, database.transaction() as connection:
            return act(connection)
    except LookupError as error:
        raise click.ClickException(f"there is no such event or stream: {error}") from error


@contextlib.contextmanager
def _database(folder: Path, service: str, *, writes: bool) -> Iterator[Database]:
    platform = _platform(folder)
    url = _writer(platform, service) if writes else platform.readers[service]
    database = Database(url, pool_max=1, application_name="timebank")
    try:
        yield database
    finally:
        database.dispose()


def _ask(question: str, *, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True)


def _masked(event_type: str, payload: bytes | None) -> str:
    """Return an event's fields, those that say something of a person hidden."""
    if payload is None:
        return "(a tombstone)"
    try:
        kind = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(event_type))
        fields = json_format.MessageToDict(kind.FromString(payload), preserving_proto_field_name=True)
    except Exception as error:  # noqa: BLE001 - bytes that cannot be read are what one looks at here
        return f"(unreadable: {error})"
    for name in fields:
        if name in MASKED or name.startswith(MASKED_PREFIXES):
            fields[name] = "***"
    return "\n".join(f"  {name}: {value}" for name, value in fields.items())
