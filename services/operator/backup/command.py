"""`timebank backup` and `timebank restore` where OPERATOR_* names the databases."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import datetime
from pathlib import Path

import click

from libs.roles import read_settings
from libs.sealed_files import DamagedFileError
from services.ledger.audit.outside import UnreadableCheckpointError
from services.operator.backup.place import CopiesApart
from services.operator.backup.sealed_folder import BackupRefusedError, open_folder
from services.operator.ledger import TopicAwayError, kafka_of
from services.operator.platform import DeskSettings, PlatformAwayError, owners_named, reach

KEY = click.option("--key", "key_file", type=click.Path(path_type=Path), help="File with the key (`timebank key`).")
PHRASE = click.option("--passphrase", "asks", is_flag=True, help="Ask for a passphrase in place of a key file.")
PLACE = click.argument("place", type=click.Path(path_type=Path))
REFUSED = (BackupRefusedError, PlatformAwayError)


@click.command()
@PLACE
@KEY
@PHRASE
@click.option("--keep", type=click.IntRange(min=1), help="Then remove all copies but the newest so many.")
@click.pass_obj
def backup(folder: Path, place: Path, key_file: Path | None, asks: bool, keep: int | None) -> None:
    """Copy all databases to PLACE at one point, sealed, while everything runs."""
    from services.operator.backup.making import copy_all, note_done

    try:
        readers = reach(folder).readers
        store = open_folder(CopiesApart, place, key_file, asks=asks, is_written=True)
        copy, about = copy_all(readers, store, click.echo)
        removed = store.prune(keep=keep) if keep else []
    except REFUSED as error:
        raise click.ClickException(str(error)) from error
    for name, part in about.services.items():
        click.echo(f"{name} at epoch {part.moment.epoch}, migration {part.moment.migration}")
    for path in removed:
        click.echo(f"removed {path}")
    noted = read_settings("operator", DeskSettings).backup_file
    if noted is not None:
        note_done(noted)
    click.echo(f"whole at {about.point_at}: {copy}")


@click.command()
@PLACE
@KEY
@PHRASE
@click.option("--to", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]), help="Not the newest.")
@click.option("--erased", type=click.Path(exists=True, path_type=Path), help="Whose data have ended, if not as kept.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Signed heads kept elsewhere: they tell an older state from the latest.",
)
@click.option("--reason", default="restored from a backup", help="Why; it is kept with your name.")
def restore(
    place: Path,
    key_file: Path | None,
    asks: bool,
    to: datetime | None,
    erased: Path | None,
    checkpoints: tuple[Path, ...],
    reason: str,
) -> None:
    """Restore a copy in PLACE into empty databases, reached as their owners; exit with 1 if it is not whole."""
    from libs.clock import SystemClock
    from services.operator.backup.restoring import Wanted, restore as run

    ended = tuple(json.loads(erased.read_text())) if erased else None
    wanted = Wanted(SystemClock().now(), to, checkpoints, ended, operator=_who(), reason=reason)
    try:
        settings = read_settings("operator", DeskSettings)
        owners = owners_named(settings)
        store = open_folder(CopiesApart, place, key_file, asks=asks, is_written=False)
        broker = kafka_of(settings)
        try:
            restored = run(store, owners, broker, wanted, click.echo)
        finally:
            broker.close()
    except (*REFUSED, DamagedFileError, TopicAwayError, UnreadableCheckpointError) as error:
        raise click.ClickException(str(error)) from error
    for words in restored.findings:
        click.echo(f"  ledger: {words}")
    for words in restored.differences:
        click.echo(f"  {words}")
    click.echo("the services agree" if not restored.differences else f"{len(restored.differences)} differences")
    click.echo(f"{restored.ended_again} persons' data were ended again")
    if restored.findings:
        click.echo(
            f"{len(restored.findings)} findings in the ledger: the databases stay closed to all but their owners"
        )
        sys.exit(1)
    click.echo("the ledger is whole; migrate, then start the services")


def _who() -> str:
    """Return who does this; a job's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "a job"
