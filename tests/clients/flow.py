"""The main flow as an app would drive it, in Python: by the generated client alone."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.request import Request, urlopen

LOOKS_MAX = 300
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Cast:
    """Who takes part, when."""

    url: str
    password: str
    logins: dict[str, str]
    service: str
    start: str
    end: str
    later: str


def play(client: ModuleType, cast: Cast) -> dict[str, Any]:
    """Ask, take, check in and out, confirm, approve, see the credit, and ask again for what is left."""
    elder, volunteer, coordinator, checker = (
        _sign_in(client, cast, name) for name in ("elder", "volunteer", "coordinator", "checker")
    )
    me = volunteer.get_me()["person_id"]
    before = _earned(volunteer, me)
    order = _ask(elder, cast, 120, cast.start)
    _until(lambda: any(shown["order_id"] == order for shown in volunteer.list_orders(state="published")["items"]))

    volunteer.take_order(order, {})
    _move_clock(cast, cast.start)
    volunteer.check_in(order, {"code": elder.get_door_code(order)["code"]})
    _move_clock(cast, cast.end)
    volunteer.check_out(order, {})
    elder.confirm_order(order, {"rating": 5})
    assert order in [waiting["order_id"] for waiting in coordinator.list_queue("approval")["items"]]
    if coordinator.approve_order(order, {})["awaits_second"]:
        checker.check_second(order, {"ok": True})
    _until(lambda: coordinator.get_order(order)["state"] == "settled")
    _until(lambda: _earned(volunteer, me) > before)
    return {"credited": _earned(volunteer, me) - before, "held": _ask(elder, cast, 60, cast.later)}


def _sign_in(client: ModuleType, cast: Cast, name: str) -> Any:
    session = client.Client(cast.url).sign_in({"login": cast.logins[name], "password": cast.password})
    return client.Client(cast.url, session["access_token"])


def _ask(elder: Any, cast: Cast, minutes: int, start: str) -> str:
    identity = str(uuid.uuid4())
    terms = {"recipient_id": elder.get_me()["person_id"], "service": cast.service, "minutes": minutes, "start": start}
    elder.place_redemption(identity, terms, prefer="wait=5")
    _until(lambda: elder.get_redemption(identity)["state"] == "held")
    return identity


def _earned(volunteer: Any, person: str) -> int:
    wallets = volunteer.list_wallets(person=person)["items"]
    return sum(wallet["balance_minutes"] for wallet in wallets if wallet["class"] == "earned")


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(LOOKS_MAX):
        if is_so():
            return
        time.sleep(LOOK_SECONDS)
    raise AssertionError("it did not become so")


def _move_clock(cast: Cast, now: str) -> None:
    headers = {"Content-Type": "application/json"}
    content = json.dumps({"now": now}).encode()
    with urlopen(Request(f"{cast.url}/demo/clock", content, headers, method="PUT")) as answer:
        assert answer.status == 200
