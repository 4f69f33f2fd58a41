"""`python -m services.accounts …`: its roles, the founding of a city, and the commands of its keys."""

import click

from libs import settings as environment
from libs.clock import SystemClock
from libs.errors import Refusal
from libs.ids import new_id
from libs.programme.words import Sex
from libs.roles import read_settings
from services.accounts.bootstrap import (
    PROGRAM,
    create_database,
    create_passwords,
    found_city,
    restore_administrator,
    rewrap_keys,
    rotate_keys,
)
from services.accounts.core.refusals import TwoAdministratorsNeededError
from services.accounts.core.rules.identity import refuse_weak_password
from services.accounts.core.store.vault import add_master_key
from services.accounts.organisation.usecases.found_city import CITY_ID
from services.accounts.persons.usecases.register_person import Registration
from services.accounts.settings import Settings, city_names

main = PROGRAM.group()


@main.command("found-city")
def found_new_city() -> None:
    """Found a city with its two administrators: two people, each of whom types in their own name and password."""
    settings = read_settings("accounts", Settings)
    try:
        city_names(settings)
    except (environment.MissingSettingError, environment.WrongSettingError) as error:
        raise click.ClickException(f"Set the city's names first: {error}") from error
    click.echo("A city is founded by two people. Each types in their own password, unseen by the other.")
    (first, one_password), (second, other_password) = (
        _asked(settings, f"{which} administrator") for which in ("First", "Second")
    )
    founders = [first, second]
    try:
        if one_password == other_password:
            raise TwoAdministratorsNeededError
        found_city(settings, founders, clock=SystemClock(), database=create_database(settings))
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.english}") from refusal
    for registration in founders:
        click.echo(f"{registration.sign_in_name} is city administrator, person {registration.person_id}")


@main.command("add-administrator")
def add_city_administrator() -> None:
    """Add an administrator to a city that has lost one of its two, and can appoint nobody any more."""
    settings = read_settings("accounts", Settings)
    registration, _ = _asked(settings, "New administrator")
    try:
        restore_administrator(settings, registration, clock=SystemClock(), database=create_database(settings))
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.english}") from refusal
    click.echo(f"{registration.sign_in_name} is city administrator, person {registration.person_id}")


def _asked(settings: Settings, who: str) -> tuple[Registration, str]:
    """Ask one person on the terminal; a password stays out of the shell's history."""
    name = click.prompt(f"{who}: name")
    sign_in_name = click.prompt(f"{who}: sign-in name")
    born = click.prompt(f"{who}: day of birth", type=click.DateTime(["%Y-%m-%d"]))
    sex = click.prompt(f"{who}: sex", type=click.Choice([one.value for one in Sex]))
    password = click.prompt(f"{who}: password", hide_input=True, confirmation_prompt=True)
    try:
        refuse_weak_password(password)
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.english}") from refusal
    registration = Registration(
        person_id=new_id(),
        names={"zh": name},
        born=born.date(),
        sex=Sex(sex),
        home_unit_id=CITY_ID,
        sign_in_name=sign_in_name,
        password_hash=create_passwords(settings).hash(password),
        is_password_own=True,
    )
    return registration, password


@main.command("rotate-keys")
def rotate_signing_keys() -> None:
    """Make a new signing key; nobody is signed out."""
    settings = read_settings("accounts", Settings)
    rotate_keys(settings, database=create_database(settings))
    click.echo("a new signing key takes over within a minute")


@main.command("add-master-key")
def add_new_master_key() -> None:
    """Put a new master key first in the file; start the processes anew, then run rewrap-keys."""
    settings = read_settings("accounts", Settings)
    click.echo(f"master key {add_master_key(settings.master_key_file)} wraps once the processes have started anew")


@main.command("rewrap-keys")
def rewrap_persons_keys() -> None:
    """Wrap every person's key by the newest master key."""
    settings = read_settings("accounts", Settings)
    click.echo(f"{rewrap_keys(settings, database=create_database(settings))} keys wrapped anew")


if __name__ == "__main__":
    main()
