"""Those on duty are told by every way they have, in words that say who needs help and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from google.protobuf.message import Message

from libs.clock import SystemClock, to_microseconds
from libs.contracts.events import orders
from libs.ids import new_id
from libs.inbox import IncomingEvent
from services.accounts.bootstrap import create_run_due, next_due
from services.accounts.consumers import consumers
from services.accounts.core.rules.notices import text_of
from services.accounts.duty.rules import Notice, NoticeKind, lines_of
from services.accounts.settings import Settings
from services.accounts.tests.platform import Platform, must

ANSWER_BY = datetime(2026, 3, 2, 19, 12, tzinfo=UTC)


@pytest.fixture
def messages(platform: Platform, tmp_path: Path) -> Path:
    """The folder that what is told is written to."""
    return tmp_path / "messages"


def _hear(platform: Platform, *events: Message) -> None:
    hearing = consumers(clock=SystemClock())
    for message in events:
        event = IncomingEvent(
            event_id=new_id(),
            event_type=message.DESCRIPTOR.full_name,
            topic="timebank.orders.v1",
            stream="d1",
            position=1,
            version=1,
            key="d1",
            subject="",
            payload=message.SerializeToString(),
            occurred_at=platform.clock.now(),
        )
        with platform.database.transaction() as connection:
            hearing.functions[event.event_type](connection, event)
            hearing.functions[event.event_type](connection, event)


def _tell(platform: Platform, folder: Path | None) -> None:
    settings = Settings(
        database_url=platform.settings.database_url,
        master_key_file=platform.settings.master_key_file,
        demo=True,
        codes_folder=folder,
    )
    run = create_run_due(settings)
    for _ in range(2):
        with platform.database.transaction() as connection:
            run(connection, platform.clock.now())


def _called(person_id: str, incident_id: str, recipient_id: str = "") -> Message:
    answer_by = to_microseconds(ANSWER_BY)
    return orders.DutyCalled(
        incident_id=incident_id, person_id=person_id, recipient_id=recipient_id, answer_by_at_us=answer_by
    )


def test_who_is_on_duty_is_told_once_by_message_and_by_a_spoken_call(platform: Platform, messages: Path) -> None:
    lan = platform.register("兰奶奶", phone_number="13800000011", address="春晖里3号")
    minnow = platform.register("小敏", phone_number="13800000012")
    incident = str(new_id())

    _hear(platform, _called(minnow, incident, lan))
    with platform.database.reading() as connection:
        assert next_due(connection, platform.clock.now()) is not None
    _tell(platform, messages)

    written = sorted(path.name.split("-", 2)[2] for path in messages.iterdir())
    assert written == ["notice.txt", "spoken-call.txt"]
    texts = {path.read_text() for path in messages.iterdir()}
    assert len(texts) == 1
    (text,) = texts
    assert text.startswith("13800000012\n")
    for said in ("兰奶奶", "13800000011", "春晖里3号", "03:12", "120"):
        assert said in text
    assert platform.rows("SELECT ways FROM duty_notice") == [(["message", "spoken_call"],)]


def test_whoever_has_no_telephone_is_told_of_to_orders_and_others_are_not(platform: Platform, messages: Path) -> None:
    mute, incident = platform.register("小默"), str(new_id())

    _hear(
        platform,
        _called(mute, incident),
        orders.DutyUnanswered(incident_id=incident, caller_id=mute, reason="unanswered"),
    )
    _tell(platform, messages)

    assert [(lost.person_id, lost.incident_id) for lost in platform.events("DutyNotReached")] == [(mute, incident)]
    assert not messages.exists()


def test_a_platform_that_sends_nothing_passes_nobody_over(platform: Platform) -> None:
    mute = platform.register("小默")

    _hear(platform, _called(mute, str(new_id())))
    _tell(platform, None)

    assert platform.events("DutyNotReached") == []


def test_the_caller_is_told_that_nobody_answers_or_that_somebody_does(platform: Platform, messages: Path) -> None:
    ann = platform.register("小安", phone_number="13800000013")
    lan = platform.register("兰奶奶", phone_number="13800000011")
    incident = str(new_id())

    _hear(
        platform,
        orders.DutyUnanswered(incident_id=incident, caller_id=ann, reason="nobody_on_duty"),
        orders.DutyAcknowledged(incident_id=incident, person_id=lan, caller_id=ann, recipient_id=lan),
    )
    _tell(platform, messages)

    texts = sorted(path.read_text() for path in messages.glob("*-notice.txt"))
    assert [text.split("\n")[0] for text in texts] == ["13800000011", "13800000013", "13800000013"]
    assert sum("请立即拨打120" in text for text in texts) == 1
    assert sum("已应答" in text for text in texts) == 2


def test_who_is_on_duty_sees_name_and_address_until_it_is_over(platform: Platform) -> None:
    lan, incident = platform.register("兰奶奶", phone_number="13800000011", address="春晖里3号"), str(new_id())
    minnow = platform.register("小敏", phone_number="13800000012")
    caller = platform.sign_in("小敏")
    path = f"/v1/persons/{lan}"

    before = caller.get(path).status_code
    _hear(platform, _called(minnow, incident, lan))
    seen = must(caller.get(path))
    _hear(platform, orders.IncidentClosed(incident_id=incident))

    assert before in (403, 404)
    assert seen["address"] == "春晖里3号"
    assert caller.get(path).status_code == before


def test_what_is_not_recorded_is_said_so() -> None:
    notice = Notice(
        UUID(int=1),
        UUID(int=2),
        UUID(int=3),
        UUID(int=4),
        NoticeKind.CALLED,
        ANSWER_BY,
        ANSWER_BY - timedelta(minutes=2),
    )

    named = text_of(lines_of(notice, names={"zh": "兰奶奶"}, phone=None, address=None))
    nobody = text_of(lines_of(notice, names=None, phone=None, address=None))

    read = text_of(lines_of(notice, names={"zh": "兰奶奶"}, phone=None, address=None, reads="en"))

    assert named.endswith(read)
    assert "(未登记)" not in read
    assert "(未登记)" in named
    assert "(not recorded)" in named
    assert "兰奶奶" in named.split("\n")[1]
    assert "页面" in nobody.split("\n")[0]


def test_a_sender_that_fails_stops_nothing_and_the_next_one_is_told(platform: Platform, tmp_path: Path) -> None:
    minnow, incident = platform.register("小敏", phone_number="13800000012"), str(new_id())
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")

    _hear(platform, _called(minnow, incident))
    _tell(platform, blocked)

    assert [lost.person_id for lost in platform.events("DutyNotReached")] == [minnow]
    assert platform.rows("SELECT ways FROM duty_notice") == [([],)]


def test_a_step_of_a_welfare_check_is_told_to_who_does_it_and_to_who_stands_above(
    platform: Platform, messages: Path
) -> None:
    lan = platform.register("兰奶奶", phone_number="13800000011", address="春晖里3号")
    minnow = platform.register("小敏", phone_number="13800000012")
    above = platform.register("周协调员", phone_number="13800000014")
    incident = str(new_id())
    opened = orders.WelfareStepOpened(
        incident_id=incident,
        recipient_id=lan,
        rung="door",
        told_ids=[minnow],
        above_ids=[above],
        why_above="silence",
        answer_by_at_us=to_microseconds(ANSWER_BY),
    )

    _hear(platform, opened)
    _tell(platform, messages)

    kinds = platform.rows("SELECT person_id::text, kind, ways FROM duty_notice ORDER BY kind")
    both = ["message", "spoken_call"]
    assert kinds == [(minnow, "welfare_door", both), (above, "welfare_silence", both)]
    texts = {path.read_text() for path in messages.iterdir()}
    assert len(texts) == 2
    assert all("兰奶奶" in text and "春晖里3号" in text and "03:12" in text for text in texts)


def test_nobody_is_rung_on_where_no_way_reaches_who_is_told_of_a_step(platform: Platform, messages: Path) -> None:
    mute = platform.register("小默")
    opened = orders.WelfareStepOpened(
        incident_id=str(new_id()), recipient_id=mute, rung="call", told_ids=[mute], answer_by_at_us=1
    )

    _hear(platform, opened)
    _tell(platform, messages)

    assert platform.events("DutyNotReached") == []
    assert platform.rows("SELECT kind, ways FROM duty_notice") == [("welfare_call", [])]
