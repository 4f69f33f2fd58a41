"""What the ledger hears: who people are, the rules, and what moves credit; runs of one kind are posted together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from libs.clock import Clock, from_microseconds
from libs.contracts.events import accounts, orders, redemption
from libs.db import Connection
from libs.events import EventContext, consumers_of, forgets, hears, hears_runs
from libs.inbox import Consumers, NotYetKnownError
from services.ledger.domain import heard
from services.ledger.domain.postings import Command, HoldNotYetKnownError
from services.ledger.messages import TOPICS_HEARD
from services.ledger.store import known
from services.ledger.usecases import commands_from_events as asked, people
from services.ledger.usecases.post import Postings

E = TypeVar("E")
Run = Sequence[tuple[EventContext, E]]
Make = Callable[[Connection, EventContext, E], Command | None]


def consumers(*, clock: Clock, postings: Postings | None = None) -> Consumers:
    """Return the ledger's consumers; `clock` dates what they post."""
    posting = postings or Postings(clock)
    return consumers_of(
        (_Moves(posting), known.DIRECTORY, _Credit(posting), _People(posting)),
        topics=TOPICS_HEARD,
        lacking=known.DIRECTORY.lacking,
        context=lambda event: EventContext(event.event_id, event.subject, from_microseconds(posting.now_us())),
    )


@dataclass(frozen=True)
class PersonMoved:
    """Where somebody is at home."""

    person_id: UUID
    district_id: UUID | None


@dataclass(frozen=True)
class ErasureRequested:
    """Whose data are to be used no more."""

    erasure_id: UUID
    person_id: UUID
    district_id: UUID
    credit_to_pool: bool


@dataclass(frozen=True)
class PersonErased:
    """Whose data are used no more."""

    person_id: UUID


class _Moves:
    """Hears where people are before the directory forgets where they were."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @hears(accounts.PersonState)
    def follow(self, connection: Connection, context: EventContext, moved: PersonMoved) -> None:
        """Bring the credit of somebody who moved to their new district."""
        before = known.find_person(connection, moved.person_id)
        if before is None or moved.district_id is None or before.district_id == moved.district_id:
            return
        people.move_credit(
            connection,
            self._postings,
            person_id=moved.person_id,
            old_district=before.district_id,
            new_district=moved.district_id,
            cause=context.cause,
        )

    @forgets(accounts.PersonState)
    def forget_estate(self, connection: Connection, _context: EventContext, subject: str) -> None:
        """Nothing falls due for somebody who has gone."""
        known.set_credit_due(connection, UUID(subject), None)


class _Credit:
    """Hears events that each stand for one command: a run of them is posted together."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def _post(self, connection: Connection, run: Run[E], make: Make[E]) -> None:
        made = [make(connection, context, event) for context, event in run]
        try:
            self._postings.post(connection, [command for command in made if command is not None])
        except HoldNotYetKnownError as error:
            raise NotYetKnownError(subject=run[0][0].subject) from error

    @hears_runs(heard.HoldRequested, redemption.HoldRequested)
    def hold(self, connection: Connection, run: Run[heard.HoldRequested]) -> None:
        """Set credit aside."""
        self._post(connection, run, asked.place_hold)

    @hears_runs(heard.ReleaseRequested, redemption.ReleaseRequested)
    def release(self, connection: Connection, run: Run[heard.ReleaseRequested]) -> None:
        """Give it back."""
        self._post(connection, run, asked.release_hold)

    @hears_runs(heard.FundingRequested, orders.FundingRequested)
    def hold_of_pool(self, connection: Connection, run: Run[heard.FundingRequested]) -> None:
        """Set credit of the pool aside."""
        self._post(connection, run, asked.place_pool_hold)

    @hears_runs(
        heard.OrderEnded, orders.OrderCancelled, orders.OrderExpired, orders.HoursRejected, orders.NoShowRecorded
    )
    def release_pool(self, connection: Connection, run: Run[heard.OrderEnded]) -> None:
        """Give it back to the pool."""
        self._post(connection, run, asked.release_pool_hold)

    @hears_runs(heard.HoursApproved, orders.HoursApproved)
    def settle(self, connection: Connection, run: Run[heard.HoursApproved]) -> None:
        """Settle approved hours."""
        self._post(connection, run, asked.settle_hours)

    @hears_runs(heard.HoursReversed, orders.HoursReversed)
    def reverse(self, connection: Connection, run: Run[heard.HoursReversed]) -> None:
        """Reverse a settlement."""
        self._post(connection, run, asked.reverse_hours)

    @hears_runs(heard.GiftRequested, redemption.GiftRequested)
    def give(self, connection: Connection, run: Run[heard.GiftRequested]) -> None:
        """Give earned credit to a relative."""
        self._post(connection, run, asked.gift)

    @hears_runs(heard.DonationRequested, redemption.DonationRequested)
    def donate(self, connection: Connection, run: Run[heard.DonationRequested]) -> None:
        """Give earned credit to the pool."""
        self._post(connection, run, asked.donation)

    @hears_runs(heard.GoodsRequested, redemption.GoodsRequested)
    def exchange(self, connection: Connection, run: Run[heard.GoodsRequested]) -> None:
        """Exchange credit for goods."""
        self._post(connection, run, asked.goods)

    @hears_runs(heard.GrantScheduled, redemption.GrantScheduled)
    def grant(self, connection: Connection, run: Run[heard.GrantScheduled]) -> None:
        """Make the month's grants."""
        self._post(connection, run, asked.grant_month)

    @hears_runs(heard.PersonRegistered, accounts.PersonRegistered)
    def start(self, connection: Connection, run: Run[heard.PersonRegistered]) -> None:
        """Give a new volunteer what the policy says."""
        self._post(connection, run, asked.starting_credit)


class _People:
    """Hears of the dead and the erased."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @hears(redemption.EstateSettlementRequested)
    def settle_estate(
        self, connection: Connection, context: EventContext, estate: heard.EstateSettlementRequested
    ) -> None:
        """Pay a dead person's credit out."""
        self._postings.post(connection, [asked.settle_estate(connection, context, estate)])
        known.set_credit_due(connection, UUID(bytes=estate.person_id), None)

    @hears(accounts.PersonDied)
    def freeze(self, connection: Connection, context: EventContext, died: heard.PersonDied) -> None:
        """Freeze the wallets of somebody who died."""
        person_id = UUID(bytes=died.person_id)
        if known.find_person(connection, person_id) is None:
            raise NotYetKnownError(subject=str(person_id))
        policy = asked.policy_now(connection, died.district_id, context)
        self._postings.post(connection, [asked.freeze_wallets(connection, context, died)])
        people.schedule_estate(connection, person_id, policy, context.now)

    @hears(accounts.DeathMistakeFound)
    def unfreeze(self, connection: Connection, context: EventContext, mistake: heard.DeathMistakeFound) -> None:
        """Give the wallets back to somebody who lives."""
        [posted] = self._postings.post(connection, [asked.unfreeze_wallets(connection, context, mistake)])
        if posted.refusal is None:
            known.set_credit_due(connection, UUID(bytes=mistake.person_id), None)

    @hears(accounts.ErasureRequested)
    def answer_erasure(self, connection: Connection, context: EventContext, erasure: ErasureRequested) -> None:
        """Say whether something stands against it."""
        people.answer_erasure(
            connection,
            erasure_id=erasure.erasure_id,
            person_id=erasure.person_id,
            district_id=erasure.district_id,
            credit_to_pool=erasure.credit_to_pool,
            now=context.now,
        )

    @hears(accounts.PersonErased)
    def empty_erased(self, connection: Connection, context: EventContext, erased: PersonErased) -> None:
        """Give what is left to the pools."""
        people.empty_erased(connection, self._postings, person_id=erased.person_id, cause=context.cause)
