"""A statement: what came in and what went out, month by month, what is set aside, and every line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from services.web.kit.formats import write_minutes, write_month, write_number, write_stamp
from services.web.kit.i18n import language, say
from services.web.kit.labels import label
from services.web.kit.months import Month, months_from
from services.web.kit.viewer import api, now, web
from services.web.pages.papers.proofs import checks_of, newest_at, stands_of
from services.web.printing.paper import Block, Facts, NextSheet, Paper, Table, Words

Row = dict[str, Any]
MONTHS_MAX = 24
LINES_SHOWN_MAX = 400


def statement_paper(person_id: str, name: str, *, first: Month, last: Month) -> Paper:
    """Return the statement of a person over some months, up to two years."""
    months = months_from(first, last, most=MONTHS_MAX)
    is_over = last.is_over(now())
    answered = api().get(
        "/v1/statements",
        person=person_id,
        to=last.ends_at.isoformat(),
        **{"from": months[0].begins_at.isoformat()},
    )
    stands = stands_of(person_id, until=last.ends_at if is_over else None)
    lines: list[Row] = answered["lines"]
    at = newest_at(stands, months[0].begins_at)
    blocks: list[Block] = [
        Facts(_facts(person_id, answered, months, at if not is_over else None)),
        _by_wallet([stand.wallet for stand in stands]),
        _by_month(answered["opening_minutes"], lines, months),
        _by_reason(lines),
        _lines(lines),
    ]
    if not answered["is_whole"]:
        blocks.append(Words(say("There are more lines than one statement holds. Ask for fewer months.")))
    return Paper(
        say("Statement of time"),
        name,
        [*blocks, NextSheet(), *checks_of(person_id, stands)],
        _foot(),
        language(),
        at,
        name=f"statement-{months[0]}-{last}",
    )


def _facts(person_id: str, answered: Row, months: list[Month], at: datetime | None) -> list[tuple[str, str]]:
    stand = [(say("Up to"), say("the line of %(stamp)s", stamp=write_stamp(at.isoformat())))] if at else []
    return [
        (say("Person"), person_id),
        (say("Months"), f"{write_month(months[0].first_day)} – {write_month(months[-1].first_day)}"),
        *stand,
        (say("At the beginning"), write_minutes(answered["opening_minutes"])),
        (say("At the end"), write_minutes(answered["closing_minutes"])),
    ]


def _by_wallet(wallets: list[Row]) -> Table:
    names = ("balance_minutes", "held_minutes", "available_minutes")
    return Table(
        say("What there is at the end"),
        [say("Kind"), say("Balance"), say("of it set aside"), say("free to use")],
        [[label(f"wallet.{row['class']}"), *(write_minutes(row[name]) for name in names)] for row in wallets],
        (1, 2, 3),
        say("There is no time saved yet."),
    )


def _by_month(opening: int, lines: list[Row], months: list[Month]) -> Table:
    came, went = Counter[Month](), Counter[Month]()
    for line in lines:
        (came if line["signed_minutes"] > 0 else went)[Month.of(line["recorded_at"])] += line["signed_minutes"]
    rows, balance = [], opening
    for month in months:
        balance += came[month] + went[month]
        rows.append(
            [
                write_month(month.first_day),
                write_minutes(came[month]),
                write_minutes(went[month]),
                write_minutes(balance),
            ]
        )
    head = [say("Month"), say("came in"), say("went out"), say("balance after it")]
    return Table(say("Month by month"), head, rows, (1, 2, 3))


def _by_reason(lines: list[Row]) -> Table:
    came, went = Counter[str](), Counter[str]()
    for line in lines:
        (came if line["signed_minutes"] > 0 else went)[line["reason"]] += line["signed_minutes"]
    reasons = sorted(came.keys() | went.keys(), key=lambda reason: (went[reason] - came[reason], reason))
    rows = [[label(f"reason.{reason}"), write_minutes(came[reason]), write_minutes(went[reason])] for reason in reasons]
    head = [say("For what"), say("came in"), say("went out")]
    return Table(say("What it was for"), head, rows, (1, 2), say("Nothing moved."))


def _lines(lines: list[Row]) -> Table:
    shown = lines[-LINES_SHOWN_MAX:]
    title = say("Every line")
    if len(shown) < len(lines):
        title = say("The newest %(count)s lines", count=write_number(len(shown)))
    return Table(
        title,
        [say("Recorded"), say("For what"), say("Kind"), say("Time"), say("balance after it")],
        [
            [
                write_stamp(line["recorded_at"]),
                label(f"reason.{line['reason']}"),
                label(f"wallet.{line['class']}"),
                write_minutes(line["signed_minutes"]),
                write_minutes(line["balance_minutes"]),
            ]
            for line in shown
        ],
        (3, 4),
        say("Nothing moved."),
    )


def _foot() -> str:
    parts = web().parts
    return " · ".join(filter(None, (parts.programme_name, parts.desk_phone, say("All times are Beijing time."))))
