"""`timebank kafka`: who may do what on the cluster, written down for its tools or set by an administrator."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from libs.bus.kafka_settings import client_options
from libs.roles import read_settings
from libs.secret_files import refuse_open_file
from services.operator.platform import DeskSettings

PASSWORD_BYTES = 32
FORMS = ("strimzi", "commands")


@click.group(name="kafka")
def group() -> None:
    """Who may do what on Kafka: each service what it tells and hears, and nothing else."""


@group.command()
@click.option("--as", "form", type=click.Choice(FORMS), default="strimzi", help="For which tool.")
@click.option("--cluster", default="kafka", help="The name of Strimzi's cluster.")
def acls(form: str, cluster: str) -> None:
    """Print every user with what it may do: Strimzi's KafkaUsers, or the commands of a plain Kafka."""
    from services.operator.kafka_access import accesses, as_commands, as_strimzi  # It imports every service.

    click.echo(as_strimzi(accesses(), cluster=cluster) if form == "strimzi" else as_commands(accesses()), nl=False)


@group.command()
@click.option(
    "--passwords",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Give the users the passwords in this folder, <user>.password; those that are missing are made.",
)
def apply(folder: Path | None) -> None:
    """Set on a plain Kafka what each user may do, as the administrator whom OPERATOR_KAFKA_USER names."""
    from libs.bus.kafka_access import AccessRefusedError, allow_only, set_passwords
    from services.operator.kafka_access import accesses

    settings = read_settings("operator", DeskSettings)
    if not settings.kafka:
        raise click.ClickException("Say where Kafka is: OPERATOR_KAFKA")
    options = {"bootstrap_servers": settings.kafka.split(","), **client_options(settings)}
    users = accesses()
    try:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            set_passwords(options, {access.user: password_in(folder / f"{access.user}.password") for access in users})
            click.echo(f"{len(users)} users have the passwords in {folder}")
        added, taken = allow_only(options, users)
    except (AccessRefusedError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{added} rules added, {taken} taken away")


def password_in(path: Path) -> str:
    """Return the password in a file, which is made where there is none.

    Raises:
        OpenSecretError: others may read it.
    """
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(PASSWORD_BYTES) + "\n")
    refuse_open_file(path)
    return path.read_text("utf-8").strip()
