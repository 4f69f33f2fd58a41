"""A district's sheet for the notice board: what was saved and used, what there is, and the book's signed head."""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.exceptions import NotFound

from libs.clock import local_date, local_midnight
from services.web.kit.closed import or_nothing
from services.web.kit.formats import write_long_day, write_minutes, write_month, write_number
from services.web.kit.i18n import language, named, say
from services.web.kit.lookups import unit
from services.web.kit.viewer import anonymous_api, now, web
from services.web.pages.papers.proofs import CHECK_PAGE, address
from services.web.printing.codes import fragment_of, qr_svg
from services.web.printing.paper import Block, Check, Facts, Figure, Paper, Table

Row = dict[str, Any]
MONTHS_SHOWN = 12
LEVEL = "district"
PEOPLE = ("earned", "granted", "received")
MOVED = ("saved_minutes", "spent_minutes", "lapsed_minutes", "outstanding_minutes")


def supply_paper(district_id: str) -> Paper:
    """Return the sheet of a district.

    Raises:
        NotFound: it is no district, or nothing was ever recorded there.
    """
    district = unit(district_id)
    supply = next((row for row in anonymous_api().rows("/v1/supply") if row["district_id"] == district_id), None)
    if district["level"] != LEVEL or supply is None:
        raise NotFound
    months = anonymous_api().rows("/v1/supply/months", district=district_id, months=MONTHS_SHOWN)
    day = local_date(now())
    return Paper(
        say("Time saved and used"),
        named(district),
        [*_blocks(supply["minutes"], supply, months), *_head(district_id)],
        " · ".join([web().parts.programme_name, say("as of %(day)s, Beijing time", day=write_long_day(day))]),
        language(),
        local_midnight(day),
        name=f"supply-{day}",
    )


def _blocks(minutes: Row, supply: Row, months: list[Row]) -> list[Block]:
    people = sum(minutes.get(name, 0) + minutes.get(f"{name}_held", 0) for name in PEOPLE)
    return [
        Figure(write_minutes(people), say("are in people's hands: help that this district owes them.")),
        _by_month(months),
        Facts(
            [
                (say("issued"), write_minutes(supply["issued_minutes"])),
                (say("in people's hands"), write_minutes(people)),
                (say("public pool"), write_minutes(minutes.get("pool", 0) + minutes.get("pool_held", 0))),
                (say("out of circulation"), write_minutes(minutes.get("redeemed", 0))),
                (say("between districts"), write_minutes(minutes.get("clearing", 0))),
                (say("sum of everything, which is always zero"), write_number(supply["sum_minutes"])),
            ],
            say("Where it is"),
        ),
    ]


def _by_month(months: list[Row]) -> Table:
    return Table(
        say("Month by month"),
        [
            say("Month"),
            say("saved by helping"),
            say("used for help"),
            say("lapsed unused"),
            say("in people's hands at its end"),
        ],
        [
            [write_month(date.fromisoformat(f"{row['month']}-01")), *(write_minutes(row[name]) for name in MOVED)]
            for row in reversed(months)
        ],
        (1, 2, 3, 4),
    )


def _head(district_id: str) -> list[Block]:
    """Return the code of the book's signed head, once there is one."""
    path = f"/v1/logs/{district_id}/checkpoint"
    answer = or_nothing(lambda: anonymous_api().answer("GET", path))
    if answer is None:
        return []
    note = answer.body.decode()
    link = address(f"{CHECK_PAGE}#h:{fragment_of(note)}")
    size = int(note.split("\n")[1])
    return [
        Check(
            say("The signed head of the book"),
            link,
            qr_svg(link),
            [
                say(
                    "The book had %(count)s lines when its log and the witnesses signed this.", count=write_number(size)
                ),
                say(
                    "Whoever scans the code checks on their own device that the signatures hold. Keep this paper: "
                    "years later anybody can have it proved that none of these lines was changed or left out since."
                ),
                say(
                    "The code does not prove the sums above. They are counted from the lines, anew by every auditor: "
                    "only who may read the lines can do that."
                ),
            ],
        )
    ]
