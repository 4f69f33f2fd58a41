"""`timebank ledger`: make what is derived from the journal anew, and list what an operator should look at."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from libs.bus import BrokerError
from libs.bus.kafka import KafkaBroker
from libs.bus.postgres import PostgresBroker
from libs.clock import to_microseconds
from services.ledger.audit import copies
from services.ledger.audit.findings import Finding
from services.ledger.audit.outside import Outside, UnreadableCheckpointError, read_outside
from services.ledger.audit.rebuild import RootDiffersError, run as run_rebuild
from services.ledger.audit.reconcile import run as run_reconcile
from services.operator.platform import PlatformAwayError, RunningPlatform, find, platform_clock

ANSWER_SECONDS_MAX = 3.0


@click.group(name="ledger")
def group() -> None:
    """Look after the ledger's journal and its logs."""


@group.command()
@click.pass_obj
def rebuild(folder: Path) -> None:
    """Make the logs' tiles anew from the journal beside the running ones, compare with what was signed, and swap."""
    try:
        rebuilt = run_rebuild(_reader(folder), folder / "ledger-log")
    except RootDiffersError as error:
        raise click.ClickException(str(error)) from error
    for one in rebuilt:
        words = "the same as before" if one.was_same else "put in the place of others"
        click.echo(f"{one.district_id}: {one.size} rows, root {one.root.hex()}, {words}")


@group.command()
@click.pass_obj
def look(folder: Path) -> None:
    """List holds open for over 60 days, clearing that does not meet, changes of the schema, and what waits."""
    points = run_reconcile(_reader(folder), now_us=to_microseconds(platform_clock(folder).now()))
    for point in points:
        click.echo(f"  {point}")
    click.echo("nothing to look at" if not points else f"{len(points)} to look at")
    sys.exit(0)


def outside(folder: Path, checkpoints: Sequence[Path]) -> tuple[Outside, ...]:
    """The checkpoints given, and those that the platform's own witness has co-signed."""
    own = folder / "witness" / "heads"
    try:
        return read_outside([*checkpoints, *([own] if own.is_dir() else [])])
    except UnreadableCheckpointError as error:
        raise click.ClickException(str(error)) from error


def refined(platform: RunningPlatform, findings: Sequence[Finding], *, kafka: str = "") -> list[Finding]:
    """The findings, with the fields that the topic's copies of the rows name; as they are where it cannot be read."""
    if platform.broker == "kafka" and not kafka:
        click.echo("  the topic's copies of the rows were not looked at: say where Kafka is with --kafka")
        return list(findings)
    if kafka and not _answers(kafka):
        click.echo(f"  the topic's copies of the rows could not be read: nothing listens on {kafka}")
        return list(findings)
    broker = KafkaBroker(kafka.split(",")) if kafka else PostgresBroker(platform.writers["bus"])
    try:
        told = copies.compare(platform.readers["ledger"], _counted(copies.rows_of_topic(broker)))
        return copies.refine(findings, told)
    except (BrokerError, copies.TopicSilentError) as error:
        click.echo(f"  the topic's copies of the rows could not be read: {error}")
        return list(findings)
    finally:
        broker.close()


def _answers(addresses: str) -> bool:
    """Whether anything listens on one of the addresses: the client itself would look for a minute."""
    for address in addresses.split(","):
        host, _, port = address.strip().rpartition(":")
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((host, int(port)), ANSWER_SECONDS_MAX).close()
            return True
    return False


def _counted(rows: Iterable[copies.Copy]) -> Iterator[copies.Copy]:
    """The copies, and in the end how many there were: an empty topic proves nothing."""
    number = 0
    for number, copy in enumerate(rows, 1):  # noqa: B007 - it is said below.
        yield copy
    click.echo(f"  {number} copies of rows in the topic were compared")


def _reader(folder: Path) -> str:
    try:
        return find(folder).readers["ledger"]
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error
