"""What the operator's command can do; each act is a function elsewhere, here are its words."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import click
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from libs.db.embedded import spool_of
from services.operator import events, kafka, ledger
from services.operator.backup.command import backup, restore
from services.operator.demo import Demo, DemoError
from services.operator.export.command import export
from services.operator.growth import growth_in_words
from services.operator.http import RefusedError
from services.operator.lag import lag_in_words
from services.operator.launcher import running_platform
from services.operator.nightly import KEPT_FILE, last_reconciliation
from services.operator.nightly_role import nightly
from services.operator.platform import PlatformAwayError, Reached, RunningPlatform, find, is_named, reach
from services.operator.reconcile import reconcile

READY_SECONDS_MAX = 5


class _Explaining(click.Group):
    """Says in words what a database refuses."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except (psycopg.Error, SQLAlchemyError) as error:
            raise click.ClickException(_explained(error)) from error


@click.group(cls=_Explaining)
@click.option("--data", "folder", type=click.Path(path_type=Path), default=Path("var"), help="Data folder.")
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """Operate a time-bank platform: the one on a data folder, or the one that OPERATOR_* names."""
    context.obj = folder.resolve()


@main.command()
@click.pass_obj
def status(folder: Path) -> None:
    """Say what runs and how it is; exit with 1 when something is wrong."""
    platform = _platform(folder)
    click.echo(f"{platform.url} ({platform.kind}, events over {platform.broker}), supervisor {platform.supervisor}")
    for name, pid in platform.children.items():
        click.echo(f"  {name:<12} process {pid}")
    report = _readiness(platform.inside_url)
    click.echo(f"  {report.get('status', 'no answer')}")
    for part, words in report.get("problems", {}).items():
        click.echo(f"  {part}: {words}")
    for words in lag_in_words(platform.readers):
        click.echo(f"  {words}")
    waiting = len(list(spool_of(folder / "postgres").glob("*")))
    if waiting:
        click.echo(f"  {waiting} pieces of the database's log wait to be fetched: timebank backup … --log")
    for words in growth_in_words(platform.readers, folder):
        click.echo(f"  {words}")
    last = last_reconciliation(folder / KEPT_FILE)
    click.echo(f"  {last.in_words() if last else 'no nightly reconciliation yet'}")
    for words in last.differences if last else ():
        click.echo(f"    {words}")
    sys.exit(0 if report.get("status") == "ready" else 1)


@main.command()
@click.option("--port", type=int, default=8080, help="Port, when a platform must be started.")
@click.option("--broker", default="postgres", help="Broker, when a platform must be started.")
@click.option("--city-orders", type=int, default=300, help="Orders of the demo city, when a platform must be started.")
@click.pass_obj
def demo(folder: Path, port: int, broker: str, city_orders: int) -> None:
    """Drive the main flow through the public API, on a running platform or one started for it."""
    try:
        with running_platform(folder, port=port, broker=broker, city_orders=city_orders) as platform:
            Demo(platform.url).run()
    except (DemoError, PlatformAwayError, RefusedError, TimeoutError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("\nThe main flow came out exactly: 115 minutes served, 90 credited, 30 released.")


@main.command()
@click.option("--processes", type=click.IntRange(1, 16), default=2, help="Check the books side by side.")
@click.option(
    "--topic/--no-topic",
    "with_topic",
    default=True,
    help="Compare rows, answers and heads with their copies in the topic.",
)
@click.option("--kafka", default="", help="Where Kafka is, when the events go over it.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A checkpoint kept elsewhere, or a folder of them; those of the platform's own witness are always used.",
)
@click.pass_obj
def verify(folder: Path, processes: int, with_topic: bool, kafka: str, checkpoints: tuple[Path, ...]) -> None:
    """Prove that the ledger was not tampered with; exit with 1 and name each row and field that is wrong.

    The copies that the topic keeps of all rows and heads say what no hash covers, and which field it is that is wrong.
    """
    from services.ledger.audit.verify import Terms, run as run_verify  # Only here is the journal looked at by columns.

    platform = _reached(folder)
    outside = ledger.outside(platform, checkpoints)
    terms = Terms(outside=outside, log_folder=platform.log_folder, processes=processes)
    report = run_verify(platform.readers["ledger"], terms)
    if with_topic:
        report.findings = ledger.compared(platform, report.findings, kafka=kafka)
    else:
        report.findings = ledger.uncompared(report.findings, "--no-topic")
    click.echo(
        f"{report.rows} rows in {report.books} books, {report.wallets} wallets, {report.checkpoints} checkpoints"
    )
    for finding in report.findings:
        click.echo(f"  {finding}")
    click.echo("the ledger is whole" if report.is_clean else f"{len(report.findings)} findings")
    sys.exit(0 if report.is_clean else 1)


@main.command(name="reconcile")
@click.pass_obj
def compare(folder: Path) -> None:
    """Compare what the services believe of each other; exit with 1 and name each difference."""
    platform = _reached(folder)
    differences = reconcile(platform.readers, now=platform.clock.now())
    for difference in differences:
        click.echo(f"  {difference.check}: {difference.subject}: {difference.words}")
    click.echo("the services agree" if not differences else f"{len(differences)} differences")
    sys.exit(1 if differences else 0)


def _platform(folder: Path) -> RunningPlatform:
    try:
        return find(folder)
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error


def _reached(folder: Path) -> Reached:
    try:
        return reach(folder)
    except PlatformAwayError as error:
        raise click.ClickException(str(error)) from error


def _explained(error: psycopg.Error | SQLAlchemyError) -> str:
    """Say in one line what a database refused, and who may."""
    cause = getattr(error, "orig", None) or error
    words = str(cause).split("\n", 1)[0]
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return f"{words}. OPERATOR_<SERVICE>_URL is for <service>_reader, OPERATOR_<SERVICE>_APP_URL for <service>_app"
    return words


def _readiness(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=READY_SECONDS_MAX) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except (OSError, ValueError):
        return {}


def _passed_on(name: str, words: str) -> click.Command:
    """Return a command that is passed on to who composes the platform in one place, with all its options.

    What works by URLs as well is done here where OPERATOR_* names the databases.
    """
    by_urls = {"backup": backup, "restore": restore}

    @click.command(name=name, help=words, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_obj
    def command(folder: Path, arguments: tuple[str, ...]) -> None:
        if name in by_urls and is_named():
            by_urls[name].main(list(arguments), prog_name=f"timebank {name}", obj=folder)
        program = [sys.executable, "-m", "services.embedded.backup", name, *arguments]
        sys.exit(subprocess.call([*program, "--data", str(folder)]))

    return command


main.add_command(_passed_on("key", "Make a key for backups (--help says more)."))
main.add_command(_passed_on("backup", "Copy a running platform to another place, sealed (--help says more)."))
main.add_command(_passed_on("restore", "Put a backup into an empty data folder (--help says more)."))
main.add_command(export)
main.add_command(events.events)
main.add_command(nightly)
main.add_command(ledger.group)
main.add_command(kafka.group)
