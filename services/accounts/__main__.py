"""`python -m services.accounts api|consumer|relay|importer|migrate|create-admin|rotate-keys|add-master-key|…`."""

from datetime import datetime

import click

from libs import settings as environment
from libs.clock import SystemClock
from libs.errors import Refusal
from libs.ids import new_id
from services.accounts.bootstrap import (
    PROGRAM,
    create_admin,
    create_database,
    create_passwords,
    rewrap_keys,
    rotate_keys,
)
from services.accounts.domain.identity import refuse_weak_password
from services.accounts.domain.persons import Sex
from services.accounts.settings import Settings
from services.accounts.store.vault import add_master_key
from services.accounts.usecases.found_city import CITY_ID
from services.accounts.usecases.register_person import Registration

main = PROGRAM.group()


@main.command("create-admin")
@click.option("--name", prompt=True, help="The administrator's name.")
@click.option("--sign-in-name", prompt=True, help="The name to sign in with.")
@click.option("--born", prompt=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of birth.")
@click.option("--sex", prompt=True, type=click.Choice([one.value for one in Sex]), help="As registered.")
@click.password_option(help="Asked for when left out, so that it stays out of the shell's history.")
def create_first_admin(name: str, sign_in_name: str, born: datetime, sex: str, password: str) -> None:
    """Register the first city administrator of a new platform; the others are registered by them."""
    settings = environment.read("accounts", Settings)
    registration = Registration(
        person_id=new_id(),
        names={"zh": name},
        born=born.date(),
        sex=Sex(sex),
        home_unit_id=CITY_ID,
        sign_in_name=sign_in_name,
        password_hash=create_passwords(settings).hash(password),
    )
    try:
        refuse_weak_password(password)
        create_admin(settings, registration, clock=SystemClock(), database=create_database(settings))
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.en}") from refusal
    click.echo(f"{sign_in_name} is city administrator, person {registration.person_id}")


@main.command("rotate-keys")
def rotate_signing_keys() -> None:
    """Make a new signing key; nobody is signed out."""
    settings = environment.read("accounts", Settings)
    rotate_keys(settings, database=create_database(settings))
    click.echo("a new signing key takes over within a minute")


@main.command("add-master-key")
def add_new_master_key() -> None:
    """Put a new master key first in the file; start the processes anew, then run rewrap-keys."""
    settings = environment.read("accounts", Settings)
    click.echo(f"master key {add_master_key(settings.master_key_file)} wraps once the processes have started anew")


@main.command("rewrap-keys")
def rewrap_persons_keys() -> None:
    """Wrap every person's key by the newest master key."""
    settings = environment.read("accounts", Settings)
    click.echo(f"{rewrap_keys(settings, database=create_database(settings))} keys wrapped anew")


if __name__ == "__main__":
    main()
