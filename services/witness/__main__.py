"""python -m services.witness run|vkey|add-log: see docs/verify/witness.md."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from libs.logs import configure
from libs.tlog.notes import COSIGNATURE, NoteError, create_signer
from services.witness.server import DEFAULT_NAME, Server
from services.witness.witness import FORMER_FILE, SEED_FILE, add_log, remove_log, rotate_witness_key

_FOLDER = click.option("--folder", type=click.Path(path_type=Path), required=True, help="Its key and its memory.")
_NAME = click.option("--name", default=DEFAULT_NAME, help="Its name in trust files: a domain and a path of yours.")


@click.group()
def main() -> None:
    """Watch logs of other parties, and co-sign what they only ever extend."""
    configure("witness")


@main.command()
@_FOLDER
@_NAME
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=8090)
def run(folder: Path, name: str, host: str, port: int) -> None:
    """Answer POST /add-checkpoint until ended."""
    server = Server(folder, port, name=name, host=host)

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve()


@main.command()
@_FOLDER
@_NAME
def vkey(folder: Path, name: str) -> None:
    """Print the key that others put into their trust files."""
    click.echo(str(create_signer(folder / SEED_FILE).key(name, kind=COSIGNATURE)))


@main.command(name="add-log")
@_FOLDER
@click.argument("key")
def add(folder: Path, key: str) -> None:
    """Watch the log with this vkey, and all logs whose names it begins."""
    try:
        add_log(folder, key)
    except NoteError as error:
        raise click.BadParameter(str(error)) from error


@main.command(name="remove-log")
@_FOLDER
@click.argument("key")
def remove(folder: Path, key: str) -> None:
    """Watch the log by this vkey no more: after a rotation, or because the key leaked."""
    try:
        remove_log(folder, key)
    except NoteError as error:
        raise click.BadParameter(str(error)) from error


@main.command(name="rotate-key")
@_FOLDER
@_NAME
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the new files go.")
def rotate(folder: Path, name: str, out: Path) -> None:
    """Make a new key in a folder, beside the one of now as the former: a witness with both signs with both."""
    try:
        made = rotate_witness_key(folder, out=out)
    except (NoteError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out / SEED_FILE} and {out / FORMER_FILE}: put both into the witness's folder, and start it again.")
    click.echo(f"For the policies of the ledgers, beside the old key: {made.key(name, kind=COSIGNATURE)}")


if __name__ == "__main__":
    main()
