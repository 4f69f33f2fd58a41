"""Measure flags and hints on seeds that nothing was tuned with, and write the table of docs/fraud.md."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

import click

from libs.db import Database
from services.orders.tests.harness import OrdersHarness
from tests.fraud.behaviour import ALSO_CAUGHT_BY, CAUGHT_BY, visits
from tests.fraud.measure import HINTS, Report, measure
from tests.support.postgres import DatabaseFactory, running_server

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fraud.md"
TUNED_WITH = range(1, 4)
SEEDS = range(101, 104)
_PLANTED = (*CAUGHT_BY.items(), *ALSO_CAUGHT_BY.items())
TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- /table -->)", re.DOTALL)


@click.command()
@click.option("--tuning", is_flag=True, help="Use the seeds that the bounds were chosen with; writes nothing.")
def main(*, tuning: bool) -> None:
    """Print recall and precision per flag and hint; write them into docs/fraud.md."""
    began, report = monotonic(), Report()
    with running_server({"fsync": "off"}) as server:
        database_factory = DatabaseFactory(server)
        name, urls = database_factory.create("orders")
        database = Database(urls.app)
        OrdersHarness(database)
        for seed in TUNED_WITH if tuning else SEEDS:
            report.add(measure(database, visits(seed), seed=seed))
        database.dispose()
        database_factory.drop(name)
    table = as_table(report)
    click.echo(f"{table}\n{monotonic() - began:.0f} s")
    if not tuning:
        PAGE.write_text(TABLE.sub(lambda part: f"{part[1]}{table}{part[2]}", PAGE.read_text("utf-8")), "utf-8")


def as_table(report: Report) -> str:
    """Return a report as a table of Markdown."""
    ways = {name: ", ".join(way for way, by in _PLANTED if by == name) for name in report.scores}
    lines = [
        f"{report.visits:,} visits, {report.honest:,} of them honest; of the honest ones {_percent(report)} carry a"
        " flag or a hint of this table.\n",
        "| Flag or hint | Planted as | Planted | Found | Recall | Named | Precision |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, score in sorted(report.scores.items(), key=lambda pair: (pair[0] in HINTS, pair[0])):
        kind = "hint" if name in HINTS else "flag"
        lines.append(
            f"| {kind} `{name}` | {ways[name].replace('_', ' ')} | {score.planted} | {score.caught}"
            f" | {score.recall_percent} % | {score.named} | {score.precision_percent} % |"
        )
    return "\n".join(lines) + "\n"


def _percent(report: Report) -> str:
    return f"{report.suspected * 100 // report.honest} %"


if __name__ == "__main__":
    main()
