"""To whom an order is offered: an offer binds nobody, and lapses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Offer:
    """To whom an order is offered, and until when."""

    to: UUID
    lapses_at: datetime


@dataclass(frozen=True)
class Offers:
    """To whom an order is offered, and until when each may accept: two lists of one length, the last offer last."""

    to: tuple[UUID, ...] = ()
    lapse_at: tuple[datetime, ...] = ()

    def __iter__(self) -> Iterator[Offer]:
        """Give each offer, open or lapsed."""
        return map(Offer, self.to, self.lapse_at)

    def to_person(self, person_id: UUID | None) -> Offer | None:
        """Return the offer to a person, open or lapsed."""
        return next((offer for offer in self if offer.to == person_id), None)

    def open_at(self, now: datetime) -> tuple[Offer, ...]:
        """Return those that may still be accepted."""
        return tuple(offer for offer in self if offer.lapses_at >= now)

    def with_offer(self, offer: Offer, *, now: datetime) -> Offers:
        """Return these with one more, without what lapsed and without an older one to the same person."""
        return _offers(*(other for other in self.open_at(now) if other.to != offer.to), offer)

    def without(self, person_id: UUID) -> Offers:
        """Return these without the one to a person."""
        return _offers(*(offer for offer in self if offer.to != person_id))


def _offers(*offers: Offer) -> Offers:
    return Offers(tuple(offer.to for offer in offers), tuple(offer.lapses_at for offer in offers))


NO_OFFERS = Offers()
