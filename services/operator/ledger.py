"""`timebank ledger`: make what is derived from the journal anew, and list what an operator should look at."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from libs.clock import SystemClock, to_microseconds
from services.ledger.audit.rebuild import RootDiffersError, run as run_rebuild
from services.ledger.audit.reconcile import run as run_reconcile
from services.operator.platform import PlatformAwayError, find


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
    points = run_reconcile(_reader(folder), now_us=to_microseconds(SystemClock().now()))
    for point in points:
        click.echo(f"  {point}")
    click.echo("nothing to look at" if not points else f"{len(points)} to look at")
    sys.exit(0)


def _reader(folder: Path) -> str:
    try:
        return find(folder).readers["ledger"]
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error
