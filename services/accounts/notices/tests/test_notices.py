"""One message for all that is due to one person, quiet hours, what supersedes what, and whom the desk has to call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from libs.clock import machine_now
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.ids import new_id
from services.accounts.bootstrap import create_run_due
from services.accounts.due import next_due
from services.accounts.notices import store
from services.accounts.notices.rules import Purpose, due_at
from services.accounts.notices.store import find_notice, forget_notices_of
from services.accounts.notices.tables import notice
from services.accounts.tests.platform import Caller, Platform, must, refused

Hear = Callable[[Any], None]
START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shanghai, two days after the tests' noon."""


@pytest.fixture
def outbox(platform: Platform, tmp_path: Path) -> Path:
    """Where messages go."""
    folder = tmp_path / "sent"
    platform.settings = replace(platform.settings, codes_folder=folder)
    return folder


@pytest.fixture
def desk(platform: Platform) -> dict[str, Caller]:
    """Who may work the call list, here and elsewhere, and who may not."""
    return {
        "coord": platform.staff("coord", "coordinator", "k1"),
        "far": platform.staff("far", "coordinator", "k3", home="k3"),
        "check": platform.staff("check", "checker", "s1"),
    }


def wanted(person_id: str, purpose: str = "visit_taken", **more: Any) -> orders.NoticeWanted:
    """Return what orders says: about one order unless another is named."""
    return orders.NoticeWanted(
        notice_id=more.pop("notice_id", str(new_id())),
        district_id=str(new_id()),
        person_id=person_id,
        purpose=purpose,
        order_id=more.pop("order_id", "01890a5d-ac96-774b-bcce-b302099a0001"),
        start_at_us=int(START.timestamp() * 1_000_000),
        other_id=more.pop("other_id", ""),
        useless_after_us=int(more.pop("until", START).timestamp() * 1_000_000),
    )


def run(platform: Platform) -> int:
    """Do what is due now."""
    with platform.database.transaction() as connection:
        return create_run_due(platform.settings)(connection, platform.clock.now())


def messages(outbox: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(outbox.glob("*"))] if outbox.exists() else []


def call_list(platform: Platform, who: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = must(who.get("/v1/call-list", unit=platform.units["k1"]))["items"]
    return rows


def test_all_that_is_due_to_one_person_is_one_message_in_both_languages(
    platform: Platform, hear: Hear, outbox: Path
) -> None:
    lan, min_ = platform.register("兰", phone_number="13900000001"), platform.register("敏")
    hear(wanted(lan, other_id=min_))
    hear(wanted(lan, "visit_lost", order_id=str(new_id()), other_id=min_))

    assert run(platform) == 2
    assert run(platform) == 0

    [text] = messages(outbox)
    assert text.startswith("13900000001\n敏")
    assert "3月3日周二 09:00" in text
    assert "Tue 3 Mar 09:00" in text
    assert text.count("敏") == 4


@pytest.mark.parametrize(("language", "kept", "left_out"), [("zh", "3月3日", "Mar"), ("en", "3 Mar", "3月3日")])
def test_who_said_which_language_they_like_best_is_told_in_it_alone(
    platform: Platform, hear: Hear, outbox: Path, language: str, kept: str, left_out: str
) -> None:
    lan, own = platform.register("兰", phone_number="13900000001"), platform.sign_in("兰")
    headers = own._headers(new_id()) | {"If-Match": '"1"'}
    must(platform.client.post(f"/v1/persons/{lan}/details", json={"language": language}, headers=headers))
    hear(wanted(lan, "visit_cancelled"))
    hear(wanted(lan, "visit_lost", order_id=str(new_id())))

    run(platform)

    [text] = messages(outbox)
    assert text.count(kept) == 2
    assert left_out not in text


def test_what_is_said_twice_is_told_once(platform: Platform, hear: Hear, outbox: Path) -> None:
    lan = platform.register("兰", phone_number="13900000001")
    said = wanted(lan)

    hear(said)
    run(platform)
    hear(said)
    run(platform)

    assert len(messages(outbox)) == 1


def test_news_of_the_same_visit_takes_the_place_of_what_was_not_told_yet(
    platform: Platform, hear: Hear, outbox: Path
) -> None:
    lan = platform.register("兰", phone_number="13900000001")
    hear(wanted(lan))
    hear(wanted(lan, "visit_cancelled"))

    run(platform)

    [text] = messages(outbox)
    assert "cancelled" in text
    assert "comes to you" not in text


def test_nobody_is_woken_but_for_what_would_come_too_late(platform: Platform, hear: Hear, outbox: Path) -> None:
    lan = platform.register("兰", phone_number="13900000001")
    night = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
    platform.clock.set(night)
    hear(wanted(lan))
    hear(wanted(lan, "visit_lost", order_id=str(new_id()), until=night + timedelta(hours=5)))

    assert run(platform) == 1
    with platform.database.reading() as connection:
        assert next_due(connection, platform.clock.now()) == datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    platform.clock.set(datetime(2026, 3, 1, 23, 0, tzinfo=UTC))
    assert run(platform) == 1
    assert len(messages(outbox)) == 2


@pytest.mark.parametrize(
    ("hour", "purpose", "due"),
    [
        (12, Purpose.VISIT_TAKEN, 12),
        (20, Purpose.WORD_WANTED, 20),
        (21, Purpose.VISIT_LOST, 31),
        (6, Purpose.VISIT_LOST, 7),
        (12, Purpose.HOURS_REFUSED, 18),
        (18, Purpose.HOURS_REFUSED, 42),
        (20, Purpose.OFFERED, 20),
        (22, Purpose.OFFERED, 31),
        (12, Purpose.OFFER_LAPSED, 18),
    ],
)
def test_when_somebody_is_told(hour: int, purpose: Purpose, due: int) -> None:
    midnight = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)

    told = due_at(purpose, now=midnight + timedelta(hours=hour), useless_after=None)

    assert told == midnight + timedelta(hours=due)


def test_what_has_become_useless_is_told_nobody(platform: Platform, hear: Hear, outbox: Path) -> None:
    lan = platform.register("兰", phone_number="13900000001")
    hear(wanted(lan))
    platform.clock.set(START)

    run(platform)

    assert messages(outbox) == []
    [row] = must(platform.sign_in("兰").get("/v1/me/notices"))["items"]
    assert row["state"] == "dropped"


def test_whom_nothing_reaches_stands_on_the_list_of_the_desk_until_somebody_has_called(
    platform: Platform, hear: Hear, outbox: Path, desk: dict[str, Caller]
) -> None:
    lan = platform.register("兰")
    hear(wanted(lan, "visit_lost"))
    run(platform)

    [row] = call_list(platform, desk["coord"])
    assert (row["person_id"], row["purpose"], row["tries"]) == (lan, "visit_lost", 0)
    path = f"/v1/call-list/{row['notice_id']}/outcome"
    must(desk["coord"].post(path, {"outcome": "no_answer"}))
    [again] = call_list(platform, desk["coord"])
    assert again["tries"] == 1
    must(desk["coord"].post(path, {"outcome": "reached"}))

    assert call_list(platform, desk["coord"]) == []
    refused(desk["coord"].post(path, {"outcome": "reached"}), "not_on_call_list", 409)
    assert messages(outbox) == []


def test_nobody_is_called_for_what_has_become_useless(
    platform: Platform, hear: Hear, outbox: Path, desk: dict[str, Caller]
) -> None:
    hear(wanted(platform.register("兰")))
    run(platform)
    assert len(call_list(platform, desk["coord"])) == 1
    platform.clock.set(START)

    assert call_list(platform, desk["coord"]) == []
    assert not outbox.exists()


def test_who_may_work_the_list(platform: Platform, hear: Hear, outbox: Path, desk: dict[str, Caller]) -> None:
    lan = platform.register("兰")
    hear(wanted(lan))
    run(platform)
    [row] = call_list(platform, desk["coord"])
    path = f"/v1/call-list/{row['notice_id']}/outcome"

    refused(desk["far"].get("/v1/call-list", unit=platform.units["k1"]), "out_of_scope", 403)
    refused(desk["check"].get("/v1/call-list", unit=platform.units["k1"]), "not_authorised", 403)
    refused(desk["far"].post(path, {"outcome": "reached"}), "record_not_found", 404)
    refused(platform.sign_in("兰").post(path, {"outcome": "reached"}), "record_not_found", 404)
    refused(desk["coord"].post(path, {"outcome": "asleep"}), "invalid_fields", 422)
    assert outbox.exists() is False


def test_everybody_reads_what_they_were_told_and_nothing_else(
    platform: Platform, hear: Hear, outbox: Path, desk: dict[str, Caller]
) -> None:
    lan = platform.register("兰", phone_number="13900000001")
    platform.register("敏")
    hear(wanted(lan))
    run(platform)

    [row] = must(platform.sign_in("兰").get("/v1/me/notices"))["items"]
    assert row["state"] == "sent"
    assert row["en"].startswith("Your volunteer comes to you on Tue 3 Mar 09:00")
    assert must(platform.sign_in("敏").get("/v1/me/notices"))["items"] == []
    assert len(messages(outbox)) == 1


def test_what_somebody_was_told_is_forgotten_with_them(platform: Platform, hear: Hear, outbox: Path) -> None:
    lan, min_ = platform.register("兰", phone_number="13900000001"), platform.register("敏", phone_number="13900000002")
    about, own = wanted(lan, other_id=min_), wanted(min_, "visit_released")
    hear(about)
    hear(own)

    with platform.database.transaction() as connection:
        forget_notices_of(connection, UUID(min_))
        kept = find_notice(connection, UUID(about.notice_id))
        assert kept is not None
        assert kept.other_id is None
        assert find_notice(connection, UUID(own.notice_id)) is None
    assert messages(outbox) == []


def test_notices_are_forgotten_some_at_a_time_when_no_event_can_ask_for_them_again(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FORGOTTEN_AT_ONCE_MAX", 2)
    for days in (10, store.KEPT_DAYS - 1, store.KEPT_DAYS + 1, store.KEPT_DAYS + 2, store.KEPT_DAYS + 900):
        at = machine_now() - timedelta(days=days)
        row = {"notice_id": new_id(), "person_id": new_id(), "purpose": "taken", "order_id": new_id(), "start_at": at,
               "due_at": at, "state": "sent", "tries": 0}  # fmt: skip
        with platform.database.transaction() as connection:
            connection.execute(notice.insert().values(row))

    forgotten = []
    for _ in range(3):
        with platform.database.transaction() as connection:
            forgotten.append(store.forget_old_notices(connection))

    assert forgotten == [2, 1, 0]
    assert platform.rows("SELECT count(*) FROM notice") == [(2,)]


def test_an_offer_rings_at_no_night_and_what_was_never_told_lapses_untold(
    platform: Platform, hear: Hear, outbox: Path
) -> None:
    minh = platform.register("敏", phone_number="13900000003")
    late, day = str(new_id()), str(new_id())
    night = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    platform.clock.set(night)

    hear(wanted(minh, "offered", order_id=late, until=night + timedelta(hours=2)))
    assert run(platform) == 0
    platform.clock.set(night + timedelta(hours=2))
    hear(wanted(minh, "offer_lapsed", order_id=late))
    platform.clock.set(night + timedelta(hours=12))
    run(platform)
    assert messages(outbox) == [], "22:00 is no time to ask, and what was not asked is not over"
    hear(wanted(minh, "offered", order_id=day, until=night + timedelta(hours=14)))
    run(platform)
    platform.clock.set(night + timedelta(hours=14))
    hear(wanted(minh, "offer_lapsed", order_id=day))
    platform.clock.set(night + timedelta(hours=24))
    run(platform)

    assert ["Could you help" in text or "能否" in text for text in messages(outbox)] == [True, False]
