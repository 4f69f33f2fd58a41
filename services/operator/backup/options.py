"""What both ways to back up and restore are asked on the command line, and how they tell what came out."""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from services.operator.platform import operator_name

KEY = click.option("--key", "key_file", type=click.Path(path_type=Path), help="File with the key (`timebank key`).")
PHRASE = click.option("--passphrase", "asks", is_flag=True, help="Ask for a passphrase in place of a key file.")
PLACE = click.argument("place", type=click.Path(path_type=Path))
_OF_RESTORE = (
    PLACE,
    KEY,
    PHRASE,
    click.option(
        "--to", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]), help="Not the latest."
    ),
    click.option(
        "--erased", type=click.Path(exists=True, path_type=Path), help="Whose data have ended, if not as kept."
    ),
    click.option(
        "--checkpoint",
        "checkpoints",
        type=click.Path(exists=True, path_type=Path),
        multiple=True,
        help="Signed heads kept elsewhere: they tell an older state from the latest.",
    ),
    click.option("--reason", default="restored from a backup", help="Why; it is kept with your name."),
)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What to restore, and what to compare it with."""

    to: datetime | None = None
    checkpoints: tuple[Path, ...] = ()
    ended: tuple[Mapping[str, str], ...] | None = None
    operator: str = ""
    reason: str = "restored from a backup"


@dataclasses.dataclass(frozen=True)
class Restored:
    """What came out."""

    findings: list[str]
    differences: list[str]
    ended_again: int


def restore_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a restore; all that say what is `wanted` come as one."""

    @functools.wraps(command)
    def asked(
        *, to: datetime | None, erased: Path | None, checkpoints: tuple[Path, ...], reason: str, **others: Any
    ) -> None:
        command(
            wanted=Wanted(
                to, checkpoints, _list_in(erased) if erased else None, operator=operator_name(), reason=reason
            ),
            **others,
        )

    for option in reversed(_OF_RESTORE):
        asked = option(asked)
    return asked


def conclude(restored: Restored, *, if_whole: str, if_not: str) -> None:
    """Tell what came out and what to do next; exit with 1 if the ledger is not whole."""
    for words in restored.findings:
        click.echo(f"  ledger: {words}")
    for words in restored.differences:
        click.echo(f"  {words}")
    click.echo("the services agree" if not restored.differences else f"{len(restored.differences)} differences")
    click.echo(f"{restored.ended_again} persons' data were ended again")
    if restored.findings:
        click.echo(f"{len(restored.findings)} findings in the ledger: {if_not}")
        sys.exit(1)
    click.echo(f"the ledger is whole; {if_whole}")


def _list_in(path: Path) -> tuple[Mapping[str, str], ...]:
    try:
        return tuple(json.loads(path.read_text()))
    except ValueError as error:
        raise click.BadParameter(f"{path} is no list of persons: {error}", param_hint="--erased") from error
