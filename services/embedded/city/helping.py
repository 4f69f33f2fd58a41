"""The acts of help in the demo city, each by whom it concerns: ask, review, take, serve, confirm, approve."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.embedded.city.api_client import ApiClient, CityError
from services.embedded.city.plan import City, Resident
from services.embedded.city.year import Help

# A making that was interrupted finds orders further on, and passes over what they have done already.
NEVER_PUBLISHED = ("awaiting_funding", "declined")
SAID = "I would like this, please arrange it for me"


class Helping:
    """Sends the commands of one order; each may be repeated and has no second effect."""

    def __init__(self, city: City, api: ApiClient) -> None:
        self._city, self._api = city, api

    def ask(self, one: Help) -> str:
        """Ask for help; return the order's state, empty while its funding is decided elsewhere."""
        recipient = one.recipient
        terms: dict[str, Any] = {
            "recipient_id": str(recipient.person_id),
            "service": one.service,
            "minutes": one.planned_minutes,
            "start": one.start.isoformat(),
        }
        if one.funding == "credit":
            self._api.put(
                self._voice(recipient), f"/v1/redemptions/{one.order_id}", terms | self._words(recipient, one.asked_at)
            )
            return ""
        # Only staff give help that the programme pays; the operator takes the call and records the consent.
        acting = _acting_for(recipient, one.asked_at)
        path = f"/v1/orders/{one.order_id}"
        placed = self._api.put(self._operator(recipient), path, terms | {"funding": one.funding} | acting)
        return str(placed["state"]) if one.funding == "programme" else ""

    def review(self, asked: tuple[Help, str]) -> bool:
        """Pass an order where the district's rules want a coordinator to look first; True when they do."""
        one, state = asked
        state = state or self._state(one)
        if state in NEVER_PUBLISHED:
            raise CityError(f"order {one.order_id} by {one.funding} is {state}")
        if state != "under_review":
            return False
        self._api.post(self._coordinator(one), f"/v1/orders/{one.order_id}/review", {"ok": True})
        return True

    def take(self, one: Help) -> None:
        """Let the volunteer take the order."""
        self._api.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/assignment")

    def cancel(self, one: Help) -> None:
        """Let the recipient cancel."""
        self._act(one, "cancellation", one.cancelled_at)

    def check_in(self, one: Help) -> None:
        """Let the volunteer check in at the door."""
        terms: dict[str, Any] = {}
        if one.has_door_code:
            terms["code"] = self._door_code(one)
            terms["place"] = {"latitude": one.recipient.latitude, "longitude": one.recipient.longitude}
        self._api.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/check-in", terms)

    def check_out(self, one: Help) -> None:
        """Let the volunteer check out."""
        self._api.post(one.volunteer.person_id, f"/v1/orders/{one.order_id}/check-out")

    def confirm(self, one: Help) -> None:
        """Let the recipient confirm and rate."""
        self._act(one, "confirmation", one.confirmed_at, rating=5 if one.served_minutes % 4 else 4)

    def approve(self, one: Help) -> None:
        """Approve; what is flagged waits for the street's checker, who was not there before."""
        approved = self._api.post(self._coordinator(one), f"/v1/orders/{one.order_id}/approval")
        if approved["state"] == "confirmed":
            assert one.recipient.home.parent is not None, "a community is in a street"
            checker = self._city.staff_at("checker", one.recipient.home.parent)[0]
            self._api.post(checker.person_id, f"/v1/orders/{one.order_id}/second-check", {"ok": True})

    def _door_code(self, one: Help) -> str:
        """Return what the elder reads out at the door; the operator reads it out for one without a phone."""
        query = "" if one.recipient.has_phone else f"?acting_for={one.recipient.person_id}&consent=phone"
        answer = self._api.get(self._voice(one.recipient), f"/v1/orders/{one.order_id}/door-code{query}")
        return str(answer["code"])

    def _act(self, one: Help, act: str, at: datetime, **terms: Any) -> None:
        """Let the recipient do something with her order, herself or through the operator."""
        self._api.post(
            self._voice(one.recipient), f"/v1/orders/{one.order_id}/{act}", terms | self._words(one.recipient, at)
        )

    def _state(self, one: Help) -> str:
        return str(self._api.get(self._coordinator(one), f"/v1/orders/{one.order_id}")["state"])

    def _voice(self, recipient: Resident) -> UUID:
        return recipient.person_id if recipient.has_phone else self._operator(recipient)

    def _words(self, recipient: Resident, at: datetime) -> dict[str, Any]:
        return {} if recipient.has_phone else _acting_for(recipient, at)

    def _operator(self, recipient: Resident) -> UUID:
        return self._city.staff_at("operator", recipient.home.above("district"))[0].person_id

    def _coordinator(self, one: Help) -> UUID:
        return self._city.staff_at("coordinator", one.recipient.home)[0].person_id


def _acting_for(recipient: Resident, at: datetime) -> dict[str, Any]:
    """Return what the operator records of a call: a making that is repeated says the same."""
    consent = {"how": "phone", "given_at": at.isoformat(), "words": SAID}
    return {"acting_for": str(recipient.person_id), "consent": consent, "why": "asked by phone"}
