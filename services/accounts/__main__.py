"""`python -m services.accounts …`: its roles, the founding of a city, and the commands of its keys."""

import json
from pathlib import Path
from typing import IO

import click

from libs import settings as environment
from libs.clock import SystemClock
from libs.errors import Refusal
from libs.ids import new_id
from libs.programme.words import Sex
from libs.roles import broker_of, read_settings
from services.accounts.bootstrap import (
    PROGRAM,
    create_database,
    create_passwords,
    end_again,
    ended_on_broker,
    ended_persons,
    found_city,
    reindex_persons,
    restore_administrator,
    retire_index_key,
    rewrap_keys,
    rotate_keys,
)
from services.accounts.core.refusals import TwoAdministratorsNeededError
from services.accounts.core.rules.identity import refuse_weak_password
from services.accounts.core.store.index_keys import (
    IndexKeyError,
    with_another,
    with_newest_alone,
    write_index_keys,
)
from services.accounts.core.store.vault import MasterKeyError, Vault, add_master_key
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
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Another file, where that one is mounted.")
def add_new_master_key(out: Path | None) -> None:
    """Put a new master key first in the file; start the processes anew, then run rewrap-keys."""
    settings = read_settings("accounts", Settings)
    try:
        key_id = add_master_key(settings.master_key_file, out=out)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"master key {key_id} wraps once the processes have started anew with {out or settings.master_key_file}")


@main.command("rewrap-keys")
def rewrap_persons_keys() -> None:
    """Wrap every person's key by the newest master key."""
    settings = read_settings("accounts", Settings)
    click.echo(f"{rewrap_keys(settings, database=create_database(settings))} keys wrapped anew")


@main.command("rotate-index-key")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file that is made.")
@click.option("--alone", is_flag=True, help="Leave out the keys that the newest took the place of, and add none.")
def rotate_index_key(out: Path, alone: bool) -> None:
    """Make a file with a new index key before those of now; start the processes anew with it, then run reindex."""
    settings = read_settings("accounts", Settings)
    keys = Vault.read(settings.master_key_file, settings.index_key_file).index
    made = with_newest_alone(keys) if alone else with_another(keys)
    try:
        write_index_keys(out, made)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out} holds {', '.join(made.keys)}: put it in the place of ACCOUNTS_INDEX_KEY_FILE")


@main.command("reindex")
def reindex() -> None:
    """Have every person found by the newest index key, while everything runs; ended in the middle, run it again."""
    settings = read_settings("accounts", Settings)
    database = create_database(settings)
    left = reindex_persons(settings, database=database, tell=lambda done, left: click.echo(f"{done} done, {left} left"))
    if left:
        raise click.ClickException(f"{left} persons are found by nothing that is kept of them: look at their numbers")


@main.command("retire-index-key")
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Forget what stands under a former index key, and refuse it from now on."""
    settings = read_settings("accounts", Settings)
    try:
        entries = retire_index_key(settings, key_id, database=create_database(settings))
    except (IndexKeyError, MasterKeyError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{entries} entries are forgotten, and {key_id} is refused from now on")


@main.command("ended")
def tell_ended() -> None:
    """Print whose data have ended, as JSON: keep it beside the backups, for `end-again`."""
    database = create_database(read_settings("accounts", Settings))
    with database.reading() as connection:
        click.echo(json.dumps(ended_persons(connection)))


@main.command("end-again")
@click.option("--list", "file", type=click.File("r"), help="What `ended` printed last.")
@click.option("--from-broker", is_flag=True, help="End the data of everybody of whom the broker has only a tombstone.")
def end_again_after_restore(file: IO[str] | None, from_broker: bool) -> None:
    """After a restore end again the data of those whose data had ended since; done twice, it does nothing more."""
    if file is None and not from_broker:
        raise click.UsageError("name a list, the broker, or both")
    settings = read_settings("accounts", Settings)
    ended = json.load(file) if file is not None else []
    if from_broker:
        broker = broker_of(settings)
        try:
            ended += ended_on_broker(broker)
        finally:
            broker.close()
    with create_database(settings).transaction() as connection:
        count = end_again(connection, ended, SystemClock().now())
    click.echo(f"{count} person's data were ended again" if count == 1 else f"{count} persons' data were ended again")


if __name__ == "__main__":
    main()
