"""Short ways to say what happens in a test about credit: hold, settle, reverse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from libs.programme.policy import Policy
from services.ledger.domain import outcomes
from services.ledger.domain.holds import PlaceHold, ReleaseHold
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Evidence
from services.ledger.domain.reverse import ReverseHours
from services.ledger.domain.settle import ServedHours, SettleHours
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, district_wallet, person_wallet
from services.ledger.store.journal import Posted
from services.ledger.tests.support import EAST, Ledger, issue, new

_EARN = {"over_daily_cap_action": "none", "daily_cap_minutes": 120, "per_order_cap_minutes": 120}


def rules(*, earn: Mapping[str, object] = _EARN, **groups: Mapping[str, object]) -> Policy:
    """Version 1 of a district's rules: the defaults, with some parameters of some groups changed."""
    return Policy.read({"earn": earn, **groups}, district_id=UUID(bytes=EAST), version=1, effective=date(2000, 1, 1))


def capped(**earn: object) -> Policy:
    """The rules of most stories, caps of two hours, with some parameters of `earn` changed."""
    return rules(earn=_EARN | earn)


PLAIN = capped()


def of_person(person: Id, wallet_class: WalletClass, district: Id = EAST) -> WalletKey:
    """A person's wallet."""
    return person_wallet(district, person, wallet_class)


def of_district(wallet_class: WalletClass, district: Id = EAST) -> WalletKey:
    """A district's wallet."""
    return district_wallet(district, wallet_class)


def give(ledger: Ledger, person: Id, district: Id = EAST, **classes: int) -> None:
    """Start somebody with credit."""
    ledger.post(*(issue(of_person(person, WalletClass[name.upper()], district), n) for name, n in classes.items()))


def hold(ledger: Ledger, order: Id, payer: Id | None, minutes: int, district: Id = EAST) -> Posted:
    """Ask for a hold; nobody = the pool."""
    command = PlaceHold(new(), district, Terms(cause=new(), act_id=order), minutes, payer, EAST)
    return ledger.post(command)[0]


def release(ledger: Ledger, order: Id, district: Id = EAST) -> Posted:
    """Give a hold back."""
    return ledger.post(ReleaseHold(new(), district, Terms(cause=new(), act_id=order), EAST))[0]


def served(volunteer: Id, minutes: int, ledger: Ledger, **more: Any) -> ServedHours:
    """One volunteer's hours, verified unless said otherwise."""
    fields: dict[str, Any] = {
        "volunteer_district_id": EAST,
        "evidence": Evidence.VERIFIED,
        "checked_in_at": ledger.now_us,
        "is_group": False,
    }
    return ServedHours(volunteer_id=volunteer, actual_minutes=minutes, **(fields | more))


def approval(order: Id, *hours: ServedHours, planned: int, funding: str = "credit", **more: Any) -> SettleHours:
    """Approved hours."""
    fields: dict[str, Any] = {"policy": PLAIN, "coefficient_percent": 100, "settlement": 1}
    return SettleHours(
        request_id=new(),
        district_id=EAST,
        terms=Terms(cause=new(), act_id=order, actor=new()),
        approval_id=new(),
        funding=funding,
        planned_minutes=planned,
        hours=hours,
        **(fields | more),
    )


def reverse(ledger: Ledger, order: Id, *, recover: bool = False, settlement: int = 1) -> Posted:
    """Reverse a settlement."""
    terms = Terms(cause=new(), act_id=order)
    return ledger.post(ReverseHours(new(), EAST, terms, settlement, "credit", recover, new()))[0]


def balances(ledger: Ledger, person: Id, district: Id = EAST) -> tuple[int, int, int, int]:
    """(granted, received, earned, held) of a person; what is held is not in the first three."""
    own = [WalletClass.GRANTED, WalletClass.RECEIVED, WalletClass.EARNED]
    held = sum(ledger.balance(of_person(person, wallet_class, district).twin()) for wallet_class in own)
    granted, received, earned = (ledger.balance(of_person(person, wallet_class, district)) for wallet_class in own)
    return granted, received, earned, held


def settled_answer(ledger: Ledger) -> outcomes.HoursSettled:
    """The last HoursSettled that was told."""
    with ledger.database.reading() as connection:
        text = connection.exec_driver_sql(
            "SELECT payload FROM journal.answer WHERE event_type = 'HoursSettled' ORDER BY book DESC, pos DESC LIMIT 1"
        ).scalar_one()
    hours_settled: outcomes.HoursSettled = eval(
        bytes(text).decode(), vars(outcomes) | {"HoursSettled": outcomes.HoursSettled}
    )
    return hours_settled
