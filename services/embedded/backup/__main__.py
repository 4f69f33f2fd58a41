"""python -m services.embedded.backup key|backup|restore, which `timebank` passes on to."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import datetime
from pathlib import Path

import click

from libs.sealed_files import DamagedFileError, create_key_file
from services.embedded.backup.store import BackupStore
from services.operator.backup.sealed_folder import BackupRefusedError, open_folder

FOLDER = click.option("--data", "root", type=click.Path(path_type=Path), default=Path("var"), help="Data folder.")
KEY = click.option("--key", "key_file", type=click.Path(path_type=Path), help="File with the key (`timebank key`).")
PHRASE = click.option("--passphrase", "asks", is_flag=True, help="Ask for a passphrase in place of a key file.")
PLACE = click.argument("place", type=click.Path(path_type=Path))


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
@PLACE
@KEY
@PHRASE
@click.option("--to", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]), help="Not the latest.")
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
    root: Path,
    place: Path,
    key_file: Path | None,
    asks: bool,
    to: datetime | None,
    erased: Path | None,
    checkpoints: tuple[Path, ...],
    reason: str,
) -> None:
    """Restore the backups in PLACE into an empty data folder; exit with 1 when what came out is not whole."""
    from services.embedded.backup.restoring import Wanted, restore as run

    ended = tuple(json.loads(erased.read_text())) if erased else None
    wanted = Wanted(to, checkpoints, ended, operator=getpass.getuser(), reason=reason)
    store = open_folder(BackupStore, place, key_file, asks=asks, is_written=False)
    try:
        restored = run(store, root.resolve(), wanted, click.echo)
    except (BackupRefusedError, DamagedFileError) as error:
        raise click.ClickException(str(error)) from error
    for words in restored.findings:
        click.echo(f"  ledger: {words}")
    for words in restored.differences:
        click.echo(f"  {words}")
    click.echo("the ledger is whole" if not restored.findings else f"{len(restored.findings)} findings in the ledger")
    click.echo("the services agree" if not restored.differences else f"{len(restored.differences)} differences")
    click.echo(f"{restored.ended_again} persons' data were ended again; start it: make run DATA={root}")
    sys.exit(1 if restored.findings else 0)


if __name__ == "__main__":
    main()
