"""python -m services.embedded run|reset: the whole platform, by one command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from services.embedded.settings import BROKERS, SECOND_FACTOR, RunOptions, StartRefusedError


@click.group()
def main() -> None:
    """Run the embedded time-bank platform."""


@main.command()
@click.option("--data", "folder", type=click.Path(path_type=Path), default=Path("var"), help="Data folder.")
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, help="Port of the front door.")
@click.option("--inside-port", type=click.IntRange(1, 65535), help="Port of metrics, on the loopback; any free one.")
@click.option("--broker", type=click.Choice(BROKERS), default="postgres", help="What carries the events.")
@click.option("--manual-clock", is_flag=True, help="Time stands still until it is moved; for tests.")
@click.option("--no-demo", is_flag=True, help="Load no demo city.")
@click.option("--city-orders", type=click.IntRange(0, 1_000_000), default=300, help="Orders in the demo city's year.")
@click.option("--seed", type=int, default=7, help="The demo city is made from this number.")
@click.option("--trusted-proxies", default="", help="Who is believed about the caller's address: by commas.")
@click.option("--desk-phone", default="", help="The service desk's number, shown on the pages.")
@click.option("--secure-cookies", is_flag=True, help="Behind HTTPS: the pages' cookies are sent over it only.")
@click.option(
    "--second-factor",
    type=click.Choice(SECOND_FACTOR),
    help="Of staff; required unless the people are invented.",
)
def run(
    folder: Path,
    host: str,
    port: int,
    inside_port: int | None,
    broker: str,
    manual_clock: bool,
    no_demo: bool,
    city_orders: int,
    seed: int,
    trusted_proxies: str,
    desk_phone: str,
    secure_cookies: bool,
    second_factor: str | None,
) -> None:
    """Start everything; Ctrl-C stops it."""
    options = RunOptions(
        folder=folder,
        host=host,
        port=port,
        inside_port=inside_port,
        broker=broker,
        manual_clock=manual_clock,
        demo=not no_demo,
        city_orders=city_orders,
        seed=seed,
        trusted_proxies=trusted_proxies,
        desk_phone=desk_phone,
        secure_cookies=secure_cookies,
        second_factor=second_factor or "",
    )
    # Imported here, so that `reset` and `--help` need not import every service.
    from services.embedded.start import run_platform

    try:
        run_platform(options)
    except StartRefusedError as refused:
        click.echo(f"Not started: {refused}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
@click.option("--data", "folder", type=click.Path(path_type=Path), default=Path("var"), help="Data folder.")
def reset(folder: Path) -> None:
    """Empty a running platform that was started with --manual-clock."""
    from services.embedded.control import ask_reset

    try:
        answer = ask_reset(folder.resolve())
    except OSError as error:
        click.echo(f"No platform runs on {folder}: {error}", err=True)
        sys.exit(2)
    click.echo(answer)
    sys.exit(0 if answer == "done" else 1)


if __name__ == "__main__":
    main()
