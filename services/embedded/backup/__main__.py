"""python -m services.embedded.backup key|backup|restore, which `timebank` passes on to."""

from __future__ import annotations

from pathlib import Path

import click

from libs.sealed_files import DamagedFileError, create_key_file
from services.embedded.backup.store import BackupStore
from services.operator.backup.options import KEY, PHRASE, PLACE, Wanted, conclude, restore_options
from services.operator.backup.sealed_folder import BackupRefusedError, open_folder

FOLDER = click.option("--data", "root", type=click.Path(path_type=Path), default=Path("var"), help="Data folder.")


@click.group()
def main() -> None:
    """Keep a platform's data in another place, and put them back."""


@main.command()
@FOLDER
@click.argument("path", type=click.Path(path_type=Path))
def key(root: Path, path: Path) -> None:  # noqa: ARG001 - passed to every command
    """Make the file PATH with a new key for backups; keep a copy where the backups are not."""
    try:
        create_key_file(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    click.echo(f"{path}: without it no backup can be read; whoever has it and the backups can read everything")


@main.command()
@FOLDER
@PLACE
@KEY
@PHRASE
@click.option("--log", "only_log", is_flag=True, help="Only what was written since; for every few minutes.")
@click.option("--keep", type=click.IntRange(min=1), help="Then remove all copies of the whole but the newest so many.")
@click.option("--stop", is_flag=True, help="Keep the database's log no more, until the next copy of the whole.")
def backup(
    root: Path, place: Path, key_file: Path | None, asks: bool, only_log: bool, keep: int | None, stop: bool
) -> None:
    """Copy the running platform to PLACE, sealed; with --log what was written since."""
    from services.embedded.backup.making import Backup
    from services.embedded.backup.pruning import prune
    from services.operator.platform import PlatformAwayError

    if keep and (only_log or stop):
        raise click.UsageError("--keep belongs to a copy of the whole")
    try:
        store = open_folder(BackupStore, place, key_file, asks=asks, is_written=True)
        making = Backup(root.resolve(), store, click.echo)
        if stop:
            making.stop_keeping_log()
        elif only_log:
            making.copy_log()
        else:
            making.copy_all()
            removed, pieces = prune(store, keep=keep) if keep else ([], 0)
            for base in removed:
                click.echo(f"removed {base}")
            if removed:
                click.echo(f"removed {pieces} pieces of the log that no copy needs any more")
    except (BackupRefusedError, PlatformAwayError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@FOLDER
@restore_options
def restore(root: Path, place: Path, key_file: Path | None, asks: bool, wanted: Wanted) -> None:
    """Restore the backups in PLACE into an empty data folder; exit with 1 when what came out is not whole."""
    from services.embedded.backup.restoring import restore as run
    from services.ledger.audit.outside import UnreadableCheckpointError

    store = open_folder(BackupStore, place, key_file, asks=asks, is_written=False)
    try:
        restored = run(store, root.resolve(), wanted, click.echo)
    except (BackupRefusedError, DamagedFileError, UnreadableCheckpointError) as error:
        raise click.ClickException(str(error)) from error
    conclude(restored, if_whole=f"start it: make run DATA={root}", if_not="look at them before you start it")


if __name__ == "__main__":
    main()
