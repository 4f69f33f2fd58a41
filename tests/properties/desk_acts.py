"""What one person alone may try with a second factor and photograph of their own, at the desk, and with volunteers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.pictures import png

Act = tuple[str, str, dict[str, Any] | bytes]


def desk_acts(id_of: Callable[[str], str], volunteer_ids: tuple[str, ...]) -> Iterator[Act]:
    """Yield acts none of which makes credit: a code is never known without its telephone."""
    code = {"code": "123456"}
    yield "POST", "/v1/sessions/second-factor", {"ticket": id_of("ticket")} | code
    yield "POST", "/v1/me/second-factor", {"password": "not mine"}
    yield "POST", "/v1/me/second-factor/first-code", code
    yield "POST", "/v1/me/second-factor/recovery-codes", code
    yield "POST", "/v1/me/second-factor/removal", code
    yield "POST", f"/v1/call-list/{id_of('notice')}/outcome", {"outcome": "reached"}
    for volunteer_id in volunteer_ids:
        stop = f"/v1/volunteer-stops/{id_of('stop' + volunteer_id)}"
        yield "PUT", stop, {"volunteer_id": volunteer_id, "why": "alone"}
        yield "POST", f"{stop}/lifting", {"why": "alone"}


def acts_for_others(
    id_of: Callable[[str], str], me: str, recipient_id: str, where_and_when: tuple[str, str]
) -> Iterator[Act]:
    """Yield acts that say who goes where, and what somebody shows of themselves; none of them makes credit."""
    unit_id, day = where_and_when
    yield "POST", "/v1/me/photo", png()
    yield "DELETE", "/v1/me/photo", {}
    yield "POST", "/v1/matches/plan", {"unit": unit_id, "day": day}
    yield "POST", "/v1/matches/plan/offers", {"offers": [{"order_id": id_of("order"), "to": me}]}
    yield "POST", f"/v1/visit-plans/{recipient_id}/visitor", {"visitor_id": me}
    yield "POST", f"/v1/visit-plans/{recipient_id}/visitor", {"visitor_id": None}
    yield "POST", f"/v1/certificates/{id_of('certificate' + me)}/revocation", {"why": "alone"}


def group_acts(id_of: Callable[[str], str], unit_id: str, me: str, other_id: str) -> Iterator[Act]:
    """Yield what there is to do with a group of volunteers."""
    group = f"/v1/groups/{id_of('group')}"
    yield "PUT", group, {"unit_id": unit_id, "name_zh": "独行队", "leader_id": me, "member_ids": [me]}
    yield "POST", f"{group}/members/{other_id}", {}
    yield "POST", f"{group}/leader", {"leader_id": other_id}
    yield "DELETE", f"{group}/members/{other_id}", {}
    yield "DELETE", group, {}


def handover_acts(id_of: Callable[[str], str], unit_id: str, me: str, other_id: str) -> Iterator[Act]:
    """Yield work taken over from somebody, and given away, by whoever does it."""
    for way, (giver, taker) in {"taken": (other_id, me), "given": (me, other_id)}.items():
        terms = {"from_id": giver, "to_id": taker, "unit_id": unit_id}
        yield "PUT", f"/v1/handovers/{id_of('handover ' + way)}", terms
