"""Events heard become postings, and postings become events; what falls due; what an operator looks at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.message import Message

from libs.clock import from_microseconds, machine_now, to_microseconds
from libs.contracts.events import accounts, orders, redemption
from libs.db.driver import run
from libs.ids import new_id
from libs.inbox import IncomingEvent, NotYetKnownError
from libs.outbox.source import StoredEvent, Stream
from libs.programme.standing import HEARD
from libs.tlog.merkle import root_of
from services.ledger import due, messages
from services.ledger.audit import rebuild, reconcile
from services.ledger.consumers import consumers
from services.ledger.domain.errors import DateOutOfRangeError
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.due import next_due, run_due
from services.ledger.messages import own
from services.ledger.store.journal_source import JournalSource
from services.ledger.tests.stories import balances, give, hold, of_district
from services.ledger.tests.support import DAY_ONE_US, EAST, WEST, Ledger, issue, new
from tests.support.postgres import FreshDatabase

DISTRICT = str(UUID(bytes=EAST))
PARAMETERS = '{"grant": {"starting_credit_minutes": 60}, "death": {"settle_within_days": 30}, "transfer": {}}'


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = from_microseconds(DAY_ONE_US)

    def now(self) -> datetime:
        """Return what was set."""
        return self.at


class Hearing:
    """A ledger that hears events one by one, each in a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.ledger = Ledger(url)
        self.clock = SetClock()
        self._consumers = consumers(clock=self.clock)
        self.source = JournalSource(messages.TOPIC, messages.published, messages.type_without_answer)

    def hear(self, message: Message, event_id: UUID | None = None) -> None:
        """Deliver an event."""
        self._deliver(type(message), event_id or new_id(), "subject", message.SerializeToString())

    def forget(self, kind: type[Message], subject: str) -> None:
        """Deliver a tombstone."""
        self._deliver(kind, new_id(), subject, None)

    def _deliver(self, kind: type[Message], event_id: UUID, subject: str, payload: bytes | None) -> None:
        event_type = messages.type_of(kind)
        event = IncomingEvent(
            event_id=event_id, event_type=event_type, topic="t", stream="s", position=1, version=None,
            key="k", subject=subject, payload=payload, occurred_at=self.clock.now(),
        )  # fmt: skip
        with self.ledger.database.transaction() as connection:
            self._consumers.functions[event_type](connection, event)

    def told(self) -> list[StoredEvent]:
        """Every event that the relay would publish for the east."""
        with self.ledger.database.reading() as connection:
            return self.source.read(connection, Stream(messages.TOPIC, DISTRICT), after=0, limit=1000)

    def last(self, kind: type[Message]) -> Any:
        """The last event of a type."""
        found = [event for event in self.told() if event.event_type == messages.type_of(kind)]
        message = kind()
        message.ParseFromString(found[-1].payload or b"")
        return message


@pytest.fixture
def hearing(fresh_database: FreshDatabase) -> Iterator[Hearing]:
    """A ledger with a policy."""
    hearing = Hearing(fresh_database("ledger").app)
    policy = accounts.PolicyPublished(
        district_id=DISTRICT, policy_version=1, effective="2026-01-01", parameters_json=PARAMETERS
    )
    hearing.hear(policy)
    yield hearing
    hearing.ledger.database.dispose()


def text(one: bytes) -> str:
    """An id as the wire has it."""
    return str(UUID(bytes=one))


def asked_hold(order: bytes, payer: bytes, minutes: int) -> redemption.HoldRequested:
    """A redemption's hold."""
    return redemption.HoldRequested(
        hold_id=text(order), district_id=DISTRICT, payer_id=text(payer), payer_district_id=DISTRICT,
        amount_minutes=minutes, requested_by=text(payer), policy_version=1,
    )  # fmt: skip


def approved(order: bytes, volunteer: bytes, minutes: int) -> orders.HoursApproved:
    """Approved hours."""
    hours = orders.VolunteerHours(
        volunteer_id=text(volunteer), volunteer_district_id=DISTRICT, actual_minutes=minutes,
        evidence_class="verified", checked_in_at_us=DAY_ONE_US,
    )  # fmt: skip
    return orders.HoursApproved(
        approval_id=str(new_id()), order_id=text(order), district_id=DISTRICT, funding="credit", planned_minutes=120,
        coefficient_percent=100, persons=1, policy_version=1, hours=[hours], approver_ids=[str(new_id())],
        service_began_at_us=DAY_ONE_US, settlement=1,
    )  # fmt: skip


def test_a_hold_and_its_settlement_are_heard_and_told(hearing: Hearing) -> None:
    lan, min_, order = new(), new(), new()
    give(hearing.ledger, lan, earned=300)

    hearing.hear(asked_hold(order, lan, 120))
    hearing.hear(approved(order, min_, 115))

    placed, captured, settled = (hearing.last(kind) for kind in (own.HoldPlaced, own.HoldCaptured, own.HoursSettled))
    assert (placed.amount_minutes, placed.parts[0].wallet_class) == (120, "earned")
    assert (captured.captured_minutes, captured.released_minutes) == (90, 30)
    assert (settled.paid_minutes, settled.awards[0].awarded_minutes) == (90, 90)
    assert balances(hearing.ledger, min_)[2] == 90


def test_the_same_event_delivered_again_has_no_second_effect(hearing: Hearing) -> None:
    lan, min_, order = new(), new(), new()
    give(hearing.ledger, lan, earned=300)
    hearing.hear(asked_hold(order, lan, 120))
    event_id, message = new_id(), approved(order, min_, 115)
    hearing.hear(message, event_id)
    told = len(hearing.told())

    hearing.hear(message, event_id)

    assert balances(hearing.ledger, min_)[2] == 90
    assert len(hearing.told()) == told


def test_a_refused_hold_is_told_with_its_code(hearing: Hearing) -> None:
    hearing.hear(asked_hold(new(), new(), 10))

    assert hearing.last(own.HoldRefused).code == "insufficient_credits"


def test_what_names_something_not_yet_heard_of_waits(hearing: Hearing) -> None:
    with pytest.raises(NotYetKnownError):
        hearing.hear(approved(new(), new(), 60))
    later = approved(new(), new(), 60)
    later.policy_version = 7
    with pytest.raises(NotYetKnownError):
        hearing.hear(later)


def test_every_position_is_one_event_that_carries_its_row_and_the_topic_gives_the_same_root(hearing: Hearing) -> None:
    lan, min_, order = new(), new(), new()
    give(hearing.ledger, lan, earned=300)
    hearing.hear(asked_hold(order, lan, 120))
    hearing.hear(approved(order, min_, 115))
    hearing.hear(asked_hold(new(), lan, 10_000))

    told = hearing.told()
    carried = [own.TransferPosted.FromString(event.payload or b"").entry for event in told]

    assert [event.position for event in told] == list(range(1, len(told) + 1))
    roots = rebuild.replayed_roots([*carried, carried[-1]], sizes={})
    with hearing.ledger.database.reading() as connection:
        leaves = connection.exec_driver_sql("SELECT leaf_hash FROM journal.entry ORDER BY pos").scalars()
        assert roots == {UUID(bytes=EAST): root_of([bytes(leaf) for leaf in leaves])}
        heads = hearing.source.heads(connection)
        counts = hearing.source.counts_since(connection, None)
    assert heads == {Stream(messages.TOPIC, DISTRICT): len(told)}
    assert sum(counts.values()) == len(told)
    with pytest.raises(rebuild.RootDiffersError):
        rebuild.replayed_roots([carried[0], carried[2]], sizes={})


def test_a_new_volunteer_gets_the_starting_credit_once(hearing: Hearing) -> None:
    min_ = new()
    message = accounts.PersonRegistered(person_id=text(min_), district_id=DISTRICT, volunteer=True)

    hearing.hear(message)
    hearing.hear(message)

    assert balances(hearing.ledger, min_)[2] == 60


def person(person_id: bytes, district: bytes = EAST) -> accounts.PersonState:
    """Somebody as accounts tells."""
    return accounts.PersonState(
        person_id=text(person_id), version=1, status="active", home_unit_id=str(new_id()), district_id=text(district)
    )


def test_somebody_who_moves_takes_their_credit_along(hearing: Hearing) -> None:
    lan = new()
    hearing.hear(person(lan))
    give(hearing.ledger, lan, earned=100)

    hearing.hear(person(lan, WEST))

    assert balances(hearing.ledger, lan)[2] == 0
    assert balances(hearing.ledger, lan, WEST)[2] == 100


def test_an_estate_that_nobody_settles_falls_to_the_pool(hearing: Hearing) -> None:
    lan = new()
    hearing.hear(person(lan))
    give(hearing.ledger, lan, earned=100, granted=20)
    hearing.hear(accounts.PersonDied(person_id=text(lan), district_id=DISTRICT, died_on="2026-03-01"))
    assert hearing.last(own.WalletsFrozen).person_id == text(lan)
    assert hearing.ledger.balance(of_district(W.POOL)) == 20
    due = hearing.clock.at + timedelta(days=30)

    with hearing.ledger.database.transaction() as connection:
        run_due(connection, due - timedelta(seconds=1))
    assert balances(hearing.ledger, lan)[2] == 100
    with hearing.ledger.database.transaction() as connection:
        run_due(connection, due)

    assert balances(hearing.ledger, lan)[2] == 0
    assert hearing.ledger.balance(of_district(W.POOL)) == 120


def test_grants_return_at_midnight_of_the_first_once(hearing: Hearing) -> None:
    lan = new()
    hearing.ledger.post(issue(of_district(W.POOL), 300))
    line = redemption.GrantLine(person_id=text(lan), amount_minutes=120)
    hearing.hear(redemption.GrantScheduled(grant_run_id=str(new_id()), district_id=DISTRICT, lines=[line]))
    first_of_april = datetime(2026, 3, 31, 16, tzinfo=UTC)

    with hearing.ledger.database.reading() as connection:
        assert next_due(connection, hearing.clock.at) == first_of_april
    for _ in range(2):
        with hearing.ledger.database.transaction() as connection:
            run_due(connection, first_of_april)

    assert balances(hearing.ledger, lan)[0] == 0
    assert hearing.ledger.balance(of_district(W.POOL)) == 300
    with hearing.ledger.database.reading() as connection:
        assert next_due(connection, first_of_april) == datetime(2026, 4, 30, 16, tzinfo=UTC)


def test_the_return_of_grants_goes_on_where_it_was_interrupted(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "PERSONS_AT_ONCE", 2)
    elders = [new() for _ in range(5)]
    hearing.ledger.post(issue(of_district(W.POOL), 300))
    lines = [redemption.GrantLine(person_id=text(elder), amount_minutes=20) for elder in elders]
    hearing.hear(redemption.GrantScheduled(grant_run_id=str(new_id()), district_id=DISTRICT, lines=lines))
    first_of_april = datetime(2026, 3, 31, 16, tzinfo=UTC)

    class PowerCutError(Exception):
        """The process ends before its second transaction commits."""

    left = []
    for is_cut in (False, True, False, False):
        with contextlib.suppress(PowerCutError), hearing.ledger.database.transaction() as connection:
            run_due(connection, first_of_april)
            if is_cut:
                raise PowerCutError
        left.append(sum(balances(hearing.ledger, elder)[0] for elder in elders))

    assert left == [60, 60, 20, 0]
    assert hearing.ledger.balance(of_district(W.POOL)) == 300
    with hearing.ledger.database.reading() as connection:
        assert next_due(connection, first_of_april) == datetime(2026, 4, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("held", "to_pool", "answer"),
    [(True, True, "open_obligations"), (False, False, "credit_remaining"), (False, True, "")],
)
def test_an_erasure_is_answered_and_moves_nothing_before_it_happened(
    hearing: Hearing, held: bool, to_pool: bool, answer: str
) -> None:
    lan = new()
    give(hearing.ledger, lan, earned=100)
    if held:
        hold(hearing.ledger, new(), lan, 10)
    erasure = str(new_id())

    asked = accounts.ErasureRequested(
        erasure_id=erasure, person_id=text(lan), district_id=DISTRICT, credit_to_pool=to_pool
    )
    hearing.hear(asked)

    with hearing.ledger.database.reading() as connection:
        payload = connection.exec_driver_sql("SELECT payload FROM outbox").scalar_one()
    assert own.ErasureAnswered.FromString(bytes(payload)).code == answer
    assert sum(balances(hearing.ledger, lan)) == 100
    if not answer:
        hearing.hear(accounts.PersonErased(erasure_id=erasure, person_id=text(lan), status="erased"))
        assert hearing.ledger.balance(of_district(W.POOL)) == 100


def test_reconcile_lists_holds_that_are_open_for_more_than_sixty_days(hearing: Hearing, tmp_path: Path) -> None:
    lan, order = new(), new()
    give(hearing.ledger, lan, earned=100)
    hold(hearing.ledger, order, lan, 30)
    url = hearing.ledger.database.url

    early = reconcile.run(url, now_us=DAY_ONE_US + 59 * 86_400_000_000)
    late = reconcile.run(url, now_us=DAY_ONE_US + 61 * 86_400_000_000)

    assert "hold_open_long" not in {point.kind for point in early}
    assert [(point.kind, point.subject) for point in late if point.kind == "hold_open_long"] == [
        ("hold_open_long", text(order))
    ]
    rebuilt = rebuild.run(url, tmp_path)
    assert [one.size for one in rebuilt] == [0]


@pytest.mark.parametrize("field", ["service_began_at_us", "checked_in_at_us"])
@pytest.mark.parametrize("instant_us", [-62_135_596_800_000_000, 946_684_799_999_999, 4_133_980_800_000_000, 1 << 62])
def test_hours_of_another_century_are_no_rows_but_a_dead_event(hearing: Hearing, field: str, instant_us: int) -> None:
    """A row of the year 1 made every statement of its wallet unreadable."""
    message = approved(new(), new(), 60)
    message.funding = "programme"
    setattr(message.hours[0] if field == "checked_in_at_us" else message, field, instant_us)
    give(hearing.ledger, new(), earned=1)
    before = len(hearing.told())

    with pytest.raises(DateOutOfRangeError):
        hearing.hear(message)

    assert len(hearing.told()) == before


def test_who_somebody_is_now_is_heard_with_their_state_and_of_the_erased_only_that_they_are(hearing: Hearing) -> None:
    lan, session, unit = new(), str(new_id()), str(new_id())
    state = person(lan)
    state.roles.add(role="district_admin", unit_id=unit)
    ends_at = to_microseconds(machine_now()) + 600_000_000

    hearing.hear(state)
    hearing.hear(accounts.SessionsEnded(person_id=text(lan), session_ids=[session], tokens_end_at_us=ends_at))
    known = _standing(hearing, lan, session)
    hearing.forget(accounts.PersonState, text(lan))

    assert known == [("active", ["district_admin"], [UUID(unit)], [None], True)]
    assert _standing(hearing, lan, session) == [("erased", [], [], [], True)]


def _standing(hearing: Hearing, person_id: bytes, session: str) -> list[tuple[object, ...]]:
    with hearing.ledger.database.reading() as connection:
        return run(connection, HEARD, {"person_id": UUID(bytes=person_id), "session_id": UUID(session)}).fetchall()
