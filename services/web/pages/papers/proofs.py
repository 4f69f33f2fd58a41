"""What a paper's code proves: the receipt of the newest line of each wallet, which says the balance after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request

from services.web.kit.closed import or_nothing
from services.web.kit.formats import write_minutes, write_number, write_stamp
from services.web.kit.i18n import say
from services.web.kit.labels import label
from services.web.kit.viewer import api, web
from services.web.printing.codes import fragment_of, qr_svg
from services.web.printing.paper import Block, Check, Words

Row = dict[str, Any]
WALLETS_MAX = 6
JUST_BEFORE = timedelta(microseconds=1)
CHECK_PAGE = "/check/paper"


@dataclass(frozen=True)
class Stand:
    """A wallet as it stood: what is free, what is set aside, and its newest line with the receipt of it."""

    wallet: Row
    line: Row | None
    receipt: str | None


def stands_of(person_id: str, *, until: datetime | None) -> list[Stand]:
    """Return the wallets of a person as they stood at an instant, or as they stand."""
    rows = api().rows("/v1/wallets", person=person_id, limit=WALLETS_MAX)
    return [_stand(row, until - JUST_BEFORE if until else None) for row in rows]


def newest_at(stands: list[Stand], otherwise: datetime) -> datetime:
    """Return when the newest line of all wallets was recorded."""
    times = [datetime.fromisoformat(stand.line["recorded_at"]) for stand in stands if stand.line]
    return max([*times, otherwise])


def checks_of(person_id: str, stands: list[Stand]) -> list[Block]:
    """Return the codes to print: one for each wallet that has a line."""
    return [_check(person_id, stand) for stand in stands if stand.line]


def address(path: str) -> str:
    """Return the address of a page of ours, as a paper carries it."""
    scheme = "https" if web().parts.secure_cookies else request.scheme
    return f"{scheme}://{request.host}{path}"


def _stand(wallet: Row, as_of: datetime | None) -> Stand:
    path, at = f"/v1/wallets/{wallet['wallet_id']}", {"as_of": as_of.isoformat()} if as_of else {}
    then = api().get(path, **at) if as_of else wallet
    line = next(iter(api().rows(f"{path}/entries", limit=1, **at)), None)
    receipt = or_nothing(lambda: _receipt(line["transfer_id"]), 404, 409) if line else None
    return Stand(then, line, receipt)


def _receipt(transfer_id: str) -> str:
    return api().answer("GET", f"/v1/receipts/{transfer_id}").body.decode()


def _check(person_id: str, stand: Stand) -> Block:
    name, line = label(f"wallet.{stand.wallet['class']}"), stand.line
    assert line is not None
    if stand.receipt is None:
        return Words(say("%(wallet)s: the newest line is sealed within ten seconds. Load this again.", wallet=name))
    link = address(f"{CHECK_PAGE}#r:{person_id}:{fragment_of(stand.receipt)}")
    return Check(
        say("Check the balance: %(wallet)s", wallet=name),
        link,
        qr_svg(link),
        [
            say(
                "%(time)s (%(minutes)s minutes) were free in it after line %(line)s of the district's book, "
                "recorded on %(stamp)s.",
                time=write_minutes(line["balance_after_minutes"]),
                minutes=line["balance_after_minutes"],
                line=write_number(line["position"]),
                stamp=write_stamp(line["recorded_at"]),
            ),
            say(
                "The code holds the receipt of that line. Whoever scans it checks on their own device, without "
                "signing in, that the book holds this line and that log and witness signed it."
            ),
            say(
                "It does not prove the other words on this paper, whose name stands on it, or that no line came "
                "later. Each line has a receipt of its own."
            ),
        ],
    )
