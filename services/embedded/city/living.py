"""A round of help in the demo city: asked, funded, taken, served, confirmed, approved; each by whom it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.embedded.city.clerk import CityError, Clerk
from services.embedded.city.plan import City, Resident
from services.embedded.city.year import Help, Round

ASKED_DAYS_BEFORE = 2
# A making that was interrupted finds orders further on, and passes over what they have done already.
NEVER_PUBLISHED = ("awaiting_funding", "declined")
CONSENT = {"consent": "phone", "why": "asked by phone"}
Settle = Callable[[], None]
MoveTo = Callable[[datetime], None]


class Living:
    """Lives through the rounds, moving the clock and waiting for the services as it goes."""

    def __init__(self, city: City, clerk: Clerk, *, move_to: MoveTo, settle: Settle) -> None:
        self._city, self._clerk, self._move_to, self._settle = city, clerk, move_to, settle

    def live_through(self, a_round: Round) -> None:
        """Do everything of one round, in the order of its times."""
        self._move_to(a_round.at(-ASKED_DAYS_BEFORE, time(9)))
        states = {one.order_id: self._ask(one) for one in a_round.helps}
        self._settle()
        self._review(a_round, states)
        self._move_to(a_round.at(-ASKED_DAYS_BEFORE, time(15)))
        coming = [one for one in a_round.helps if not one.is_cancelled]
        for one in a_round.helps:
            self._clerk.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/assignment")
        for one in a_round.helps:
            if one.is_cancelled:
                self._act(one, "cancellation")
        self._serve(coming)
        self._move_to(a_round.at(0, time(20)))
        for one in coming:
            self._act(one, "confirmation", rating=5 if one.served_minutes % 4 else 4)
        self._move_to(a_round.at(1, time(9)))
        self._approve(coming)
        self._settle()

    def _ask(self, one: Help) -> str:
        """Ask for help; return the order's state, empty while its funding is decided elsewhere."""
        recipient = one.recipient
        terms: dict[str, Any] = {
            "recipient_id": str(recipient.person_id),
            "service": one.service,
            "minutes": one.planned_minutes,
            "start": one.start.isoformat(),
        }
        if one.funding == "credit":
            self._clerk.put(self._voice(recipient), f"/v1/redemptions/{one.order_id}", terms | self._words(recipient))
            return ""
        # Only staff give help that the programme pays; the operator takes the call and records the consent.
        acting = {"acting_for": str(recipient.person_id), **CONSENT}
        path = f"/v1/orders/{one.order_id}"
        placed = self._clerk.put(self._operator(recipient), path, terms | {"funding": one.funding} | acting)
        return str(placed["state"]) if one.funding == "programme" else ""

    def _review(self, a_round: Round, states: dict[UUID, str]) -> None:
        """Pass the orders where the district's rules want a coordinator to look first."""
        reviewed = False
        for one in a_round.helps:
            state = states[one.order_id] or self._state(one)
            if state == "under_review":
                self._clerk.post(self._coordinator(one), f"/v1/orders/{one.order_id}/review", {"ok": True})
                reviewed = True
            elif state in NEVER_PUBLISHED:
                raise CityError(f"order {one.order_id} by {one.funding} is {state}")
        if reviewed:
            self._settle()

    def _serve(self, coming: list[Help]) -> None:
        moments: dict[datetime, list[Callable[[], object]]] = defaultdict(list)
        for one in coming:
            arrival = one.start - timedelta(minutes=3)
            departure = arrival + timedelta(minutes=one.served_minutes)
            moments[arrival].append(lambda one=one: self._check_in(one))  # type: ignore[misc]  # bound by default
            moments[departure].append(lambda one=one: self._check_out(one))  # type: ignore[misc]  # bound by default
        for moment in sorted(moments):
            self._move_to(moment)
            for act in moments[moment]:
                act()

    def _check_in(self, one: Help) -> None:
        terms: dict[str, Any] = {}
        if one.has_door_code:
            terms["code"] = self._door_code(one)
            terms["place"] = {"latitude": one.recipient.latitude, "longitude": one.recipient.longitude}
        self._clerk.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/check-in", terms)

    def _check_out(self, one: Help) -> None:
        self._clerk.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/check-out")

    def _door_code(self, one: Help) -> str:
        """Return what the elder reads out at the door; the operator reads it out for one without a phone."""
        words = self._words(one.recipient)
        query = "?" + "&".join(f"{name}={value}" for name, value in words.items() if name != "why") if words else ""
        answer = self._clerk.get(self._voice(one.recipient), f"/v1/orders/{one.order_id}/door-code{query}")
        return str(answer["code"])

    def _approve(self, coming: list[Help]) -> None:
        """Approve; what is flagged waits for the street's checker, who was not there before."""
        for one in coming:
            approved = self._clerk.post(self._coordinator(one), f"/v1/orders/{one.order_id}/approval")
            if approved["state"] == "confirmed":
                assert one.recipient.home.parent is not None, "a community is in a street"
                checker = self._city.staff_at("checker", one.recipient.home.parent)[0]
                self._clerk.post(checker.person_id, f"/v1/orders/{one.order_id}/second-check", {"ok": True})

    def _act(self, one: Help, act: str, **terms: Any) -> None:
        """Let the recipient do something with her order, herself or through the operator."""
        self._clerk.post(
            self._voice(one.recipient), f"/v1/orders/{one.order_id}/{act}", terms | self._words(one.recipient)
        )

    def _state(self, one: Help) -> str:
        return str(self._clerk.get(self._coordinator(one), f"/v1/orders/{one.order_id}")["state"])

    def _voice(self, recipient: Resident) -> UUID:
        return recipient.person_id if recipient.has_phone else self._operator(recipient)

    def _words(self, recipient: Resident) -> dict[str, str]:
        return {} if recipient.has_phone else {"acting_for": str(recipient.person_id), **CONSENT}

    def _operator(self, recipient: Resident) -> UUID:
        return self._city.staff_at("operator", recipient.home.above("district"))[0].person_id

    def _coordinator(self, one: Help) -> UUID:
        return self._city.staff_at("coordinator", one.recipient.home)[0].person_id
