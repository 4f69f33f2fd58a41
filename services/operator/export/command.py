"""`timebank export`: the words of it."""

from __future__ import annotations

from pathlib import Path

import click

from services.operator.export.exporting import Export, ExportRefusedError
from services.operator.export.people import People, WrongMasterKeyError
from services.operator.platform import PlatformAwayError, operator_name, reach


@click.command(name="export")
@click.argument("place", type=click.Path(path_type=Path))
@click.option(
    "--with-personal-data",
    "master_key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of the master key: names, numbers, addresses and words are opened with it.",
)
@click.pass_obj
def export(folder: Path, place: Path, master_key: Path | None) -> None:
    """Write everything in open formats to PLACE, with a manifest; again, it goes on where it was interrupted."""
    try:
        platform = reach(folder)
        people = People(master_key) if master_key else None
        making = Export(platform.readers, place, made_by=operator_name(), people=people, say=click.echo)
        manifest, digest = making.run(trust_files(platform.log_folder))
    except (PlatformAwayError, WrongMasterKeyError, ExportRefusedError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"whole: {manifest}")
    click.echo(f"its SHA-256 is {digest}: keep it elsewhere, on paper too")
    click.echo(f"check it: python3 docs/verify/verify_export.py {place} --manifest {digest} --trust FILE")


def trust_files(logs: Path | None) -> dict[str, str]:
    """Return the trust file of each log that lies here, by district."""
    return {path.parent.name: path.read_text() for path in sorted(logs.glob("*/trust"))} if logs else {}
