"""`timebank ledger`: make what is derived from the journal anew, and list what an operator should look at."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from libs.bus import Broker, BrokerError
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_settings import KafkaSettings, client_options, refuse_wrong_wire
from libs.bus.postgres import PostgresBroker
from libs.bus.reading import TopicSilentError
from libs.clock import to_microseconds
from libs.settings import WrongSettingError
from services.ledger.audit import copies
from services.ledger.audit.findings import Finding
from services.ledger.audit.outside import Outside, UnreadableCheckpointError, read_outside
from services.ledger.audit.rebuild import RootDiffersError, run as run_rebuild
from services.ledger.audit.reconcile import run as run_reconcile
from services.ledger.audit.topic import read_topic
from services.operator.platform import PlatformAwayError, Reached, reach

ANSWER_SECONDS_MAX = 3.0


@click.group(name="ledger")
def group() -> None:
    """Look after the ledger's journal and its logs."""


@group.command()
@click.pass_obj
def rebuild(folder: Path) -> None:
    """Make the logs' tiles anew from the journal beside the running ones, compare with what was signed, and swap."""
    try:
        platform = reach(folder)
        rebuilt = run_rebuild(platform.readers["ledger"], platform.logs())
    except (PlatformAwayError, RootDiffersError) as error:
        raise click.ClickException(str(error)) from error
    for one in rebuilt:
        words = "the same as before" if one.was_same else "put in the place of others"
        click.echo(f"{one.district_id}: {one.size} rows, root {one.root.hex()}, {words}")


@group.command()
@click.pass_obj
def look(folder: Path) -> None:
    """List holds open for over 60 days, clearing that does not meet, changes of the schema, and what waits."""
    try:
        platform = reach(folder)
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error
    points = run_reconcile(platform.readers["ledger"], now_us=to_microseconds(platform.clock.now()))
    for point in points:
        click.echo(f"  {point}")
    click.echo("nothing to look at" if not points else f"{len(points)} to look at")
    sys.exit(0)


def outside(platform: Reached, checkpoints: Sequence[Path]) -> tuple[Outside, ...]:
    """The checkpoints given, and those that the platform's own witness has co-signed, where it has one."""
    own = platform.heads_folder
    try:
        return read_outside([*checkpoints, *([own] if own is not None and own.is_dir() else [])])
    except UnreadableCheckpointError as error:
        raise click.ClickException(str(error)) from error


UNPROVEN = (
    "what was told besides the rows, when heads were signed, that no inner head is missing, and that no row was cut off"
    " behind the last head, is proven by these copies alone"
)


def compared(platform: Reached, findings: Sequence[Finding], *, kafka: str = "") -> list[Finding]:
    """The findings, and what the topic's copies of the rows and heads say; as they are where it cannot be read."""
    try:
        broker = broker_of(platform, kafka)
    except TopicAwayError as error:
        return uncompared(findings, str(error))
    try:
        comparison = copies.Comparison(platform.readers["ledger"], closely=bool(findings)).read(read_topic(broker))
    except (BrokerError, TopicSilentError) as error:
        return uncompared(findings, f"the topic could not be read: {error}")
    finally:
        broker.close()
    click.echo(f"  {comparison.rows} copies of rows and {comparison.heads} of heads in the topic were compared")
    for district_id, rows in comparison.without_copy.items():
        click.echo(f"  {rows} rows of book {district_id} have no copy in the topic: {UNPROVEN}")
    return copies.refine(findings, comparison.findings)


def uncompared(findings: Sequence[Finding], why: str) -> list[Finding]:
    """The findings as they are; say what that leaves open."""
    click.echo(f"  not compared with the topic's copies ({why}): {UNPROVEN}")
    return list(findings)


class TopicAwayError(Exception):
    """There is no topic to compare with; the text says why."""


def broker_of(platform: Reached, kafka: str) -> Broker:
    """Return the broker of a platform.

    Raises:
        TopicAwayError: nobody said where it is, or it does not answer.
    """
    kafka = kafka or platform.kafka.kafka or ""
    if platform.is_on_kafka and not kafka:
        raise TopicAwayError("say where Kafka is with --kafka, or OPERATOR_KAFKA")
    if not kafka:
        return PostgresBroker(platform.writers["bus"])
    return kafka_of(dataclasses.replace(platform.kafka, kafka=kafka))


def kafka_of(settings: KafkaSettings) -> Broker:
    """Return Kafka as the operator reaches it.

    Raises:
        TopicAwayError: nobody said where it is, or it does not answer.
    """
    if not settings.kafka:
        raise TopicAwayError("say where Kafka is by OPERATOR_KAFKA")
    if not _answers(settings.kafka):
        raise TopicAwayError(f"nothing listens on {settings.kafka}")
    try:
        refuse_wrong_wire(settings, "operator")
    except WrongSettingError as error:
        raise TopicAwayError(str(error)) from error
    return KafkaBroker(settings.kafka.split(","), options=partial(client_options, settings))


def _answers(addresses: str) -> bool:
    """Whether anything listens on one of the addresses: the client itself would look for a minute."""
    for address in addresses.split(","):
        host, _, port = address.strip().rpartition(":")
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((host, int(port)), ANSWER_SECONDS_MAX).close()
            return True
    return False
