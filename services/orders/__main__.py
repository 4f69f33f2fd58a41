"""`python -m services.orders api|consumer|relay|migrate`, and the rotation of the key of certificates."""

from __future__ import annotations

from pathlib import Path

import click

from libs import settings as environment
from libs.tlog.notes import NoteError
from libs.tlog.rotations import rotate_key
from services.orders.bootstrap import PROGRAM
from services.orders.settings import CertificateKeySettings, chosen_certificate_name

SEED_FILE, FORMER_FILE = "orders.certificate.key", "orders.certificate.former.keys"
main = PROGRAM.group()


@main.command("rotate-certificate-key")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the new files go.")
def rotate_certificate_key(out: Path) -> None:
    """Make a new key of certificates in a folder, and the statement by which the key of now names it.

    Reads ORDERS_CERTIFICATE_NAME, ORDERS_CERTIFICATE_KEY_FILE, ORDERS_CERTIFICATE_FORMER_KEYS_FILE; replaces nothing.
    """
    try:
        settings = environment.read("orders", CertificateKeySettings)
        name, seed, former = (
            chosen_certificate_name(settings),
            settings.certificate_key_file,
            settings.certificate_former_keys_file,
        )
        rotate_key(seed, former, name, out_seed=out / SEED_FILE, out_former=out / FORMER_FILE)
    except (environment.MissingSettingError, environment.WrongSettingError, NoteError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out / SEED_FILE} and {out / FORMER_FILE}: put both in the place of those of now.")
    click.echo("Then take the new trust file to where people trust it; older certificates hold by it too.")


if __name__ == "__main__":
    main()
