"""`python -m services.ledger api|consumer|relay|sealer|migrate`, and the rotation of the logs' key."""

from __future__ import annotations

from pathlib import Path

import click

from libs import settings as environment
from libs.tlog.notes import NoteError
from services.ledger.bootstrap import PROGRAM
from services.ledger.proof.keys import FORMER_FILE, SEED_FILE, rotate_log_key
from services.ledger.settings import KeySettings, chosen_log_name

main = PROGRAM.group()


@main.command("rotate-key")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the new files go.")
def rotate_key(out: Path) -> None:
    """Make a new key of the logs in a folder, and the statement by which the key of now names it; nothing is replaced.

    Reads LEDGER_SIGNING_KEY_FILE, LEDGER_FORMER_KEYS_FILE and LEDGER_LOG_NAME.
    """
    try:
        settings = environment.read("ledger", KeySettings)
        name = chosen_log_name(settings)
        rotation = rotate_log_key(settings.signing_key_file, settings.former_keys_file, name, out=out)
    except (environment.MissingSettingError, environment.WrongSettingError, NoteError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out / SEED_FILE} and {out / FORMER_FILE}: put both in the place of those of now.")
    click.echo(f"First let every witness watch the new key: add-log '{rotation.new}'")


if __name__ == "__main__":
    main()
