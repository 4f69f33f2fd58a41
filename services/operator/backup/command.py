"""`timebank backup` and `timebank restore` where OPERATOR_* names the databases."""

from __future__ import annotations

from pathlib import Path

import click

from libs.roles import read_settings
from libs.sealed_files import DamagedFileError
from services.ledger.audit.outside import UnreadableCheckpointError
from services.operator.backup.options import KEY, PHRASE, PLACE, Wanted, conclude, restore_options
from services.operator.backup.place import CopiesApart
from services.operator.backup.sealed_folder import BackupRefusedError, open_folder
from services.operator.ledger import TopicAwayError, kafka_of
from services.operator.platform import DeskSettings, PlatformAwayError, owners_named, reach

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
@restore_options
def restore(place: Path, key_file: Path | None, asks: bool, wanted: Wanted) -> None:
    """Restore a copy in PLACE into empty databases, reached as their owners; exit with 1 if it is not whole."""
    from libs.clock import SystemClock
    from services.operator.backup.restoring import restore as run

    try:
        settings = read_settings("operator", DeskSettings)
        owners = owners_named(settings)
        store = open_folder(CopiesApart, place, key_file, asks=asks, is_written=False)
        broker = kafka_of(settings)
        try:
            restored = run(store, owners, broker, wanted, now=SystemClock().now(), say=click.echo)
        finally:
            broker.close()
    except (*REFUSED, DamagedFileError, TopicAwayError, UnreadableCheckpointError) as error:
        raise click.ClickException(str(error)) from error
    conclude(
        restored,
        if_whole="migrate, then start the services",
        if_not="the databases stay closed to all but their owners",
    )
