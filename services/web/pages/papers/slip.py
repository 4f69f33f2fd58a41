"""An elder's month on paper, in large print: what came, who, how long, what it cost, what is left, what is booked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.web.kit.formats import write_instant, write_minutes, write_month, write_stamp
from services.web.kit.i18n import language, say
from services.web.kit.labels import label
from services.web.kit.lookups import people_of, service_of
from services.web.kit.months import Month
from services.web.kit.viewer import api, now, web
from services.web.pages.papers.proofs import checks_of, newest_at, stands_of
from services.web.printing.paper import Block, Figure, NextSheet, Paper, Table, Words

Row = dict[str, Any]
CAME = ("finished", "confirmed", "approved", "settled", "disputed")
BOOKED = ("under_review", "awaiting_funding", "published", "taken", "in_service")
ORDERS_MAX = 200


def slip_paper(person_id: str, name: str, *, month: Month) -> Paper:
    """Return the slip of a month."""
    orders = _orders(person_id, month)
    came = [order for order in orders if order["state"] in CAME and Month.of(order["start"]) == month]
    booked = [order for order in orders if order["state"] in BOOKED]
    cost = _cost(person_id, month)
    people = people_of([*came, *booked])
    stands = stands_of(person_id, until=month.ends_at if month.is_over(now()) else None)
    at = newest_at(stands, month.begins_at)
    blocks: list[Block] = [
        Figure(_sum(stands, "available_minutes"), say("of saved time are left to use.")),
        Words(say("%(time)s more are set aside for help that is booked.", time=_sum(stands, "held_minutes"))),
        Table(
            say("What came"),
            [say("When"), say("What, and who"), say("How long"), say("It cost")],
            [_came(order, people, cost) for order in came],
            (2, 3),
            say("Nothing came this month."),
        ),
        Table(
            say("What is booked"),
            [say("When"), say("What, and who"), say("How long")],
            [[*_what(order, people), write_minutes(order["minutes"])] for order in booked],
            (2,),
            say("Nothing is booked."),
        ),
        _call(at),
        NextSheet(),
        *checks_of(person_id, stands),
    ]
    return Paper(
        say("Your month: %(month)s", month=write_month(month.first_day)),
        name,
        blocks,
        web().parts.programme_name,
        language(),
        at,
        is_large=True,
        name=f"slip-{month}",
    )


def _orders(person_id: str, month: Month) -> list[Row]:
    """Return the help that somebody got in the month, and what is asked for from then on; soonest first."""
    query = {"person": person_id, "from": month.begins_at.isoformat(), "limit": ORDERS_MAX}
    rows = [order for order in api().rows("/v1/orders", **query) if order["recipient_id"] == person_id]
    return sorted(rows, key=lambda order: str(order["start"]))


def _cost(person_id: str, month: Month) -> dict[str, int]:
    """Return what each order cost, as the ledger took it, also when it was settled later."""
    answered = api().get("/v1/statements", person=person_id, by="service", **{"from": month.begins_at.isoformat()})
    cost: dict[str, int] = {}
    for line in answered["lines"]:
        if line["cause_id"]:
            cost[line["cause_id"]] = cost.get(line["cause_id"], 0) - line["signed_minutes"]
    return cost


def _came(order: Row, people: dict[str, str], cost: dict[str, int]) -> list[str]:
    minutes = sum(int(part["counted_minutes"] or 0) for part in order.get("volunteers") or [])
    paid = write_minutes(cost[order["order_id"]]) if order["order_id"] in cost else say("not yet known")
    if order["funding"] != "credit":
        paid = label(f"funding.{order['funding']}")
    return [*_what(order, people), write_minutes(minutes), paid]


def _what(order: Row, people: dict[str, str]) -> list[str]:
    who = [people.get(part["person_id"]) or say("A volunteer") for part in order.get("volunteers") or []]
    return [write_instant(order["start"]), " · ".join([service_of(order), *who])]


def _call(at: datetime) -> Words:
    stamp = write_stamp(at.isoformat())
    phone = web().parts.desk_phone
    if not phone:
        return Words(say("As it stood on %(stamp)s, Beijing time.", stamp=stamp))
    return Words(
        say(
            "Questions, or something is wrong? Call %(phone)s. As it stood on %(stamp)s, Beijing time.",
            phone=phone,
            stamp=stamp,
        )
    )


def _sum(stands: list[Any], name: str) -> str:
    return write_minutes(sum(int(stand.wallet[name]) for stand in stands))
