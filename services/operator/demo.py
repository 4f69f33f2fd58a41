"""The main flow, driven through the public API as the people concerned, each step with what it changed.

An elder asks for two hours of company and pays with saved time; a volunteer comes for 115 minutes; the coordinator
approves; 90 minutes of credit move, 30 go back; and the volunteer's balance is explained down to its evidence.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click

from libs.clock import local_date, local_midnight, monotonic
from libs.ids import new_id
from services.operator.http import Caller, RefusedError

PASSWORD = "timebank-demo-7"
SERVICE = "B1"
PLANNED_MINUTES = 120
SERVED_MINUTES = 115
EXPECTED = {"served": 115, "credited": 90, "released": 30}
WAIT_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.2


class DemoError(Exception):
    """The flow did not come out as the design promises."""


@dataclasses.dataclass(frozen=True)
class Cast:
    """Who takes part."""

    elder: Caller
    volunteer: Caller
    coordinator: Caller
    checker: Caller
    clock: Caller


class Demo:
    """One run of the main flow."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._order = str(new_id())
        self._number = 0

    def run(self) -> None:
        """Play it through.

        Raises:
            DemoError: a number is not what it must be.
        """
        cast = self._sign_in()
        elder_before, volunteer_before = self._wallets(cast)
        start = self._ask(cast, self._choose_time(cast))
        self._take(cast)
        self._serve(cast, start)
        self._confirm_and_approve(cast)
        elder_after, volunteer_after = self._wallets(cast)
        self._compare(cast, elder_before, elder_after, volunteer_before, volunteer_after)
        self._prove(cast)
        cast.clock.call("PUT", "/demo/clock", {"flow": True})

    def _sign_in(self) -> Cast:
        people = {}
        for login in ("elder", "volunteer", "coordinator", "checker"):
            people[login] = Caller(self._url, login=login, password=PASSWORD)
            try:
                people[login].sign_in()
            except RefusedError as refused:
                raise DemoError(f"{login} cannot sign in: is the demo city loaded? {refused}") from refused
        return Cast(**people, clock=Caller(self._url))

    def _choose_time(self, cast: Cast) -> datetime:
        """Return nine o'clock of the next day, so that every run has a day of its own."""
        now = datetime.fromisoformat(cast.clock.get("/demo/clock")["now"])
        tomorrow = local_date(now) + timedelta(days=1)
        self._say(f"It is {_local(now)}. Everybody signs in with a password; each call below carries its own token.")
        return local_midnight(tomorrow) + timedelta(hours=9)

    def _ask(self, cast: Cast, start: datetime) -> datetime:
        """Ask, for the next week where she has had her hours of this one; return the start.

        Raises:
            DemoError: she has no credit left.
        """
        self._say(
            f"The elder asks for {PLANNED_MINUTES} minutes of company, {_local(start)}, paid with her saved time."
        )
        try:
            self._request(cast, start)
        except RefusedError as refused:
            if refused.problem.get("code") == "insufficient_credits":
                raise DemoError("earlier runs spent all she saved: `make run DATA=…` begins a new city") from refused
            if refused.problem.get("code") != "weekly_limit_exceeded":
                raise
            start += timedelta(days=7 - local_date(start).weekday())
            self._show("refused", f"{refused.problem['title']}; she asks for {_local(start)}")
            self._order = str(new_id())
            self._request(cast, start)
        self._wait_for(lambda: self._state(cast.coordinator) == "published", "the order is published")
        self._show("redemption", cast.elder.get(f"/v1/redemptions/{self._order}")["state"])
        self._show("order", self._state(cast.coordinator))
        self._show_wallet(cast.elder, "elder")
        return start

    def _request(self, cast: Cast, start: datetime) -> None:
        terms = {
            "recipient_id": cast.elder.person_id,
            "service": SERVICE,
            "minutes": PLANNED_MINUTES,
            "start": start.isoformat(),
        }
        cast.elder.put(f"/v1/redemptions/{self._order}", terms, wait=5)

    def _take(self, cast: Cast) -> None:
        self._say("A volunteer sees it in the list, without a name or an address, and takes it.")
        listed = cast.volunteer.get("/v1/orders?state=published&limit=200")["items"]
        if self._order not in [order["order_id"] for order in listed]:
            raise DemoError("the volunteer does not see the order")
        cast.volunteer.post(f"/v1/orders/{self._order}/assignment")
        self._show("order", self._state(cast.coordinator))

    def _serve(self, cast: Cast, start: datetime) -> None:
        self._move(cast, start)
        code = cast.elder.get(f"/v1/orders/{self._order}/door-code")["code"]
        self._say(f"{_local(start)}: at the door the elder reads out the code {code}; the volunteer checks in with it.")
        cast.volunteer.post(f"/v1/orders/{self._order}/check-in", {"code": code})
        self._show("order", self._state(cast.coordinator))
        end = start + timedelta(minutes=SERVED_MINUTES)
        self._move(cast, end)
        self._say(f"{_local(end)}: {SERVED_MINUTES} minutes later the volunteer checks out.")
        cast.volunteer.post(f"/v1/orders/{self._order}/check-out")
        order = cast.coordinator.get(f"/v1/orders/{self._order}")
        served = order["volunteers"][0]
        self._show("order", order["state"])
        self._show("served", f"{served['actual_minutes']} minutes, {served['evidence_class']}")

    def _confirm_and_approve(self, cast: Cast) -> None:
        self._say("The elder confirms and gives five stars.")
        cast.elder.post(f"/v1/orders/{self._order}/confirmation", {"rating": 5})
        self._show("order", self._state(cast.coordinator))
        unit = cast.coordinator.get(f"/v1/orders/{self._order}")["unit_id"]
        queue = [
            order["order_id"] for order in cast.coordinator.get(f"/v1/queues/approval?unit={unit}&limit=200")["items"]
        ]
        self._say(f"The coordinator's queue holds {len(queue)}; she approves what is clean of it at once.")
        answer = cast.coordinator.post("/v1/approvals", {"orders": queue})
        mine = next(one for one in answer["items"] if one["order_id"] == self._order)
        self._show("approval", mine["result"])
        if mine["result"] == "skipped":
            self._sign_twice(cast, mine["code"])
        approved_at = monotonic()
        self._wait_for(lambda: self._state(cast.coordinator) == "settled", "the ledger settles")
        self._show("order", f"settled, {int((monotonic() - approved_at) * 1000)} ms after the approval")

    def _sign_twice(self, cast: Cast, code: str) -> None:
        """Let two people sign hours that carry a flag: one submission in twenty is drawn at random, for one."""
        if code != "submission_flagged":
            raise DemoError(f"the approval was refused: {code}")
        flag_words = cast.coordinator.get(f"/v1/orders/{self._order}")["flag_words"]
        self._say("It carries a flag, so the coordinator looks at it by itself, and the street's checker after her.")
        self._show("flag", "; ".join(words["en"] for words in flag_words))
        cast.coordinator.post(f"/v1/orders/{self._order}/approval")
        cast.checker.post(f"/v1/orders/{self._order}/second-check", {"ok": True})

    def _compare(
        self,
        cast: Cast,
        elder_before: dict[str, int],
        elder_after: dict[str, int],
        volunteer_before: dict[str, int],
        volunteer_after: dict[str, int],
    ) -> None:
        self._say("Credit has moved, in one step:")
        self._show_wallet(cast.elder, "elder")
        self._show_wallet(cast.volunteer, "volunteer")
        served = cast.coordinator.get(f"/v1/orders/{self._order}")["volunteers"][0]["actual_minutes"]
        credited = volunteer_after["balance"] - volunteer_before["balance"]
        paid = elder_before["balance"] - elder_after["balance"]
        found = {"served": served, "credited": credited, "released": PLANNED_MINUTES - paid}
        for name, minutes in found.items():
            self._show(name, f"{minutes} minutes")
        if found != EXPECTED or elder_after["held"] != elder_before["held"]:
            raise DemoError(f"expected {EXPECTED}, found {found}")

    def _prove(self, cast: Cast) -> None:
        """Explain the volunteer's balance down to the evidence of its last minutes, with a receipt."""
        wallet = next(one for one in _wallets_of(cast.volunteer) if one["class"] == "earned")
        self._say(f"Why does the volunteer have {wallet['balance_minutes']} minutes? Every posting of the wallet:")
        for entry in cast.volunteer.get(f"/v1/wallets/{wallet['wallet_id']}/entries?limit=200")["items"][-5:]:
            self._show("posted", _posting(entry, self._names(cast)))
        transfers = cast.volunteer.get(f"/v1/transfers?order={self._order}")["items"]
        mine = next(one for one in transfers if one.get("reason") == "redemption_captured")
        why = cast.volunteer.get(f"/v1/transfers/{mine['transfer_id']}/explanation")
        self._say(f"and the last of them, transfer {mine['transfer_id']}:")
        self._explain(cast, why)
        receipt = self._receipt(cast, mine["transfer_id"])
        self._say(
            "The volunteer's receipt, which anyone can check offline:" if receipt else "The receipt follows later."
        )
        for line in receipt.splitlines()[:4]:
            click.echo(f"      {line[:100]}")

    def _explain(self, cast: Cast, why: dict[str, Any]) -> None:
        names, evidence = self._names(cast), why["evidence"]
        self._show("in words", why["words"]["en"])
        for one in why["history"] + why["posting"][:1]:
            self._show("posting", _posting(one, names))
        order = cast.coordinator.get(f"/v1/orders/{evidence['order_id']}")
        self._show("order", f"{order['service']}, {order['minutes']} minutes planned, {_local_text(order['start'])}")
        for one in order["volunteers"]:
            served = f"{_local_text(one['checked_in_at'])} to {_local_text(one['checked_out_at'])}"
            self._show("evidence", f"{served}, {one['actual_minutes']} minutes, {one['evidence_class']}")
            self._show("proved by", ", ".join(str(part) for part in one.get("evidence") or []))
        self._show("approved by", ", ".join(names.get(who, who) for who in evidence["approved_by"]))
        self._show("rules", f"policy version {evidence['policy_version']} of the district, in force that day")

    @staticmethod
    def _names(cast: Cast) -> dict[str, str]:
        people = ("elder", "volunteer", "coordinator", "checker")
        return {getattr(cast, name).person_id: name for name in people}

    def _receipt(self, cast: Cast, transfer_id: str) -> str:
        end = monotonic() + 15
        while monotonic() < end:
            try:
                found = cast.volunteer.get(f"/v1/receipts/{transfer_id}")
                return str(found.get("text") or found)
            except RefusedError:
                time.sleep(LOOK_SECONDS)
        return ""

    def _state(self, caller: Caller) -> str:
        try:
            return str(caller.get(f"/v1/orders/{self._order}")["state"])
        except RefusedError as refused:
            if refused.status == 404:
                return "not yet there"
            raise

    def _wallets(self, cast: Cast) -> tuple[dict[str, int], dict[str, int]]:
        return _sums(cast.elder), _sums(cast.volunteer)

    def _move(self, cast: Cast, instant: datetime) -> None:
        cast.clock.call("PUT", "/demo/clock", {"now": instant.isoformat()})

    def _wait_for(self, is_so: Callable[[], bool], words: str) -> None:
        end = monotonic() + WAIT_SECONDS_MAX
        while not is_so():
            if monotonic() > end:
                raise DemoError(f"waited {WAIT_SECONDS_MAX:.0f} s in vain: {words}")
            time.sleep(LOOK_SECONDS)

    def _say(self, words: str) -> None:
        self._number += 1
        click.echo(f"\n{self._number:2d}. {words}")

    def _show(self, name: str, value: str) -> None:
        click.echo(f"      {name:<12} {value}")

    def _show_wallet(self, caller: Caller, name: str) -> None:
        sums = _sums(caller)
        self._show(name, f"balance {sums['balance']}, held {sums['held']}, available {sums['available']} minutes")


def _sums(caller: Caller) -> dict[str, int]:
    wallets = _wallets_of(caller)
    return {
        name: sum(int(wallet[f"{name}_minutes"]) for wallet in wallets) for name in ("balance", "held", "available")
    }


def _local(instant: datetime) -> str:
    day = local_date(instant)
    minutes = int((instant - local_midnight(day)).total_seconds()) // 60
    return f"{day} {minutes // 60:02d}:{minutes % 60:02d}"


def _wallets_of(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(f"/v1/wallets?person={caller.person_id}")["items"]
    return found


def _posting(entry: dict[str, Any], names: dict[str, str]) -> str:
    """Return one posting in words: how much, from whom to whom, why, when."""
    sides = []
    for side in ("debit", "credit"):
        wallet = entry.get(side) or {}
        owner = names.get(wallet.get("person_id") or "", "the district" if not wallet.get("person_id") else "somebody")
        sides.append(f"{owner}'s {wallet.get('class', 'wallet')}" if wallet else "")
    way = f" from {sides[0]} to {sides[1]}" if all(sides) else ""
    minutes = entry.get("minutes", entry.get("amount_minutes"))
    return f"{minutes} minutes{way}, {entry.get('reason')}, {_local_text(str(entry.get('effective_at')))}"


def _local_text(instant: str) -> str:
    return _local(datetime.fromisoformat(instant))
