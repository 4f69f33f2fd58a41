"""Erasure as a saga, and what the two sides of an order know of each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from libs.clock import to_microseconds
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.ids import new_id
from libs.programme.proposals import WORDS_OF
from services.accounts.core.store.record_store import RecordStore
from services.accounts.core.store.tables import LEFT, metadata
from services.accounts.deputies.tables import deputyship
from services.accounts.due import next_due, run_due
from services.accounts.erasure.rules import kept_until
from services.accounts.erasure.store import ErasureStore
from services.accounts.sign_in.tables import second_factor_reset
from services.accounts.tests.platform import NOON, Caller, Platform, must, refused

NOW = {"Prefer": "wait=0"}
WORDS = "兰来电这样说"


@pytest.fixture
def admin(platform: Platform) -> Caller:
    """A district's administrator."""
    return platform.staff("admin", "district_admin", "d1")


def _ask(platform: Platform, admin: Caller, person_id: str, key: UUID | None = None, **body: str) -> Any:
    headers = {"Authorization": f"Bearer {admin.token}", "Idempotency-Key": str(key or new_id()), "Prefer": "wait=1"}
    return platform.client.post(f"/v1/persons/{person_id}/erasure", json=body, headers=headers)


def _answer_all(
    hear: Callable[[Any], None], erasure_id: str, person_id: str, *, last_day: str = "", **codes: str
) -> None:
    for service, module in (("orders", orders), ("ledger", ledger), ("redemption", redemption)):
        code = codes.get(service, "")
        fields = {"last_service_on": last_day} if service == "orders" else {}
        answer = "refused" if code else "clear"
        kind: Any = module
        hear(kind.ErasureAnswered(erasure_id=erasure_id, person_id=person_id, answer=answer, code=code, **fields))


def test_a_person_without_service_is_erased_and_their_key_destroyed(
    platform: Platform, admin: Caller, hear: Callable[[Any], None]
) -> None:
    number = {"kind": "other", "number": "1"}
    person_id = platform.register("小花", roles=["volunteer"], phone_number="13812345678", id_number=number)
    relative = platform.register("亲属")
    relation = {"person_id": person_id, "relative_id": relative, "kind": "sibling"}
    must(platform.a.put(f"/v1/relations/{new_id()}", relation))
    key = new_id()

    asked = _ask(platform, admin, person_id, key)
    assert (asked.status_code, asked.json["state"]) == (202, "pending")
    [question] = platform.events("ErasureRequested")
    assert (question.person_id, question.credit_to_pool) == (person_id, False)
    _answer_all(hear, asked.json["erasure_id"], person_id)

    assert (_ask(platform, admin, person_id, key).status_code, _ask(platform, admin, person_id, key).json["state"]) == (
        200,
        "done",
    )
    assert must(platform.a.get(f"/v1/persons/{person_id}")) == {"person_id": person_id, "status": "erased"}
    for table in ("person_key", "person_identity", "person_index", "credential"):
        assert platform.rows(f"SELECT count(*) FROM {table} WHERE person_id = :id", id=person_id) == [(0,)], table
    states = platform.rows("SELECT payload FROM outbox WHERE subject = :id AND version = 2", id=person_id)
    assert states == [(None,)]
    assert [fact.status for fact in platform.events("PersonErased")] == ["erased"]
    assert sorted(state.active for state in platform.events("RelationState")) == [False, False, True, True]
    answer = platform.client.post("/v1/sessions", json={"login": "小花", "password": "a good password"})
    refused(answer, "sign_in_failed", 403)
    assert must(platform.a.get("/v1/persons", q="13812345678"))["items"] == []
    refused(_ask(platform, admin, person_id), "person_not_found", 404)
    must(platform.a.put(f"/v1/persons/{new_id()}", platform.person("又来", id_number=number)))


def test_a_person_with_service_is_sealed_until_the_records_need_no_longer_be_kept(
    platform: Platform, admin: Caller, hear: Callable[[Any], None]
) -> None:
    person_id = platform.register("小敏", roles=["volunteer"])

    asked = _ask(platform, admin, person_id, credit_to="pool")
    _answer_all(hear, asked.json["erasure_id"], person_id, last_day="2026-02-28")

    assert must(platform.a.get(f"/v1/persons/{person_id}")) == {"person_id": person_id, "status": "sealed"}
    assert platform.rows("SELECT count(*) FROM person_key WHERE person_id = :id", id=person_id) == [(1,)]
    state = platform.states_of(person_id)[-1]
    assert (state.status, list(state.roles)) == ("sealed", [])
    assert must(platform.a.get("/v1/persons", unit=platform.units["k1"], q="小敏"))["items"] == []
    refused(_ask(platform, admin, person_id), "wrong_person_state", 409)

    with platform.database.reading() as connection:
        due = next_due(connection, platform.clock.now())
    assert due == datetime(2036, 2, 27, 16, 0, tzinfo=UTC)
    platform.clock.set(due)
    with platform.database.transaction() as connection:
        assert run_due(connection, due) == 1
    assert must(platform.a.get(f"/v1/persons/{person_id}"))["status"] == "erased"
    assert platform.rows("SELECT count(*) FROM person_key WHERE person_id = :id", id=person_id) == [(0,)]


@pytest.mark.parametrize("last_day", ["", "2026-02-28"])
def test_what_was_said_of_a_person_is_gone_when_they_are_erased_or_sealed(
    platform: Platform, admin: Caller, hear: Callable[[Any], None], last_day: str
) -> None:
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    complaint = _say_everything(platform, hear, lan, min_)
    _admitted_after_a_no(platform, lan)
    assert must(platform.a.get(complaint))["reason"] == WORDS
    assert _columns_with(platform, WORDS) == _columns_of_words()

    asked = _ask(platform, admin, lan)
    _answer_all(hear, asked.json["erasure_id"], lan, last_day=last_day)

    assert must(platform.a.get(f"/v1/persons/{lan}"))["status"] == ("sealed" if last_day else "erased")
    assert _columns_with(platform, WORDS) == set()
    assert platform.rows("SELECT how FROM consent") == platform.rows("SELECT how FROM acting_grant") == [("phone",)]
    assert platform.rows("SELECT grade, categories FROM finding") == [(None, [])]


def _say_everything(platform: Platform, hear: Callable[[Any], None], lan: str, min_: str) -> str:
    """Let staff write the words wherever words about a person can be written; return where a complaint is."""
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": WORDS}
    no = {"ok": False, "why": WORDS}
    must(platform.a.put(f"/v1/relations/{new_id()}", {"person_id": lan, "relative_id": min_, "kind": "child"}))
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", platform.grant(lan, min_, consent=said)))
    must(platform.a.get(f"/v1/persons/{lan}", why=WORDS))
    must(platform.a.post(f"/v1/persons/{lan}/suspension", {"why": WORDS}))
    must(platform.a.post(f"/v1/persons/{lan}/reinstatement", {"why": WORDS}))
    for seer in (platform.a, platform.b):
        must(seer.put(f"/v1/persons/{lan}/identity-sightings/{new_id()}", {"document": "resident"}))
    role: dict[str, object] = {"role": "coordinator", "unit_id": platform.units["k1"]}
    relation: dict[str, object] = {"person_id": min_, "relative_id": lan, "kind": "sibling", "verified": True}
    proposals: list[tuple[str, dict[str, object], str]] = [
        (f"/v1/persons/{lan}/roles/{new_id()}", role, "decision"),
        (f"/v1/persons/{lan}/phone-changes/{new_id()}", {"phone_number": "13900001111"}, "decision"),
        (f"/v1/relations/{new_id()}", relation, "confirmation"),
    ]
    for path, proposal, decision in proposals:
        must(platform.a.put(path, proposal))
        must(platform.b.post(f"{path}/{decision}", no))
    finding = new_id()
    must(platform.a.put(f"/v1/persons/{lan}/assessments/{finding}", {"grade": "severe"}))
    must(platform.b.post(f"/v1/assessments/{finding}/confirmation", no))
    _factor_kept_once(platform, lan)
    _deputy_once(platform, lan)
    _die_by_mistake(platform, hear, lan)
    complaint = {"about": "treatment", "words": WORDS, "acting_for": lan, "consent": said, "why": WORDS}
    must(platform.a.put(path := f"/v1/complaints/{new_id()}", complaint))
    must(platform.b.post(f"{path}/answer", {"upheld": True, "reason": WORDS}))
    return path


def _factor_kept_once(platform: Platform, person_id: str) -> None:
    """Let two of staff have spoken of the second factor that the person had while they held an office."""
    by, other = (UUID(caller.person_id) for caller in (platform.a, platform.b))
    said = {"proposed_by": by, "proposed_at": NOON, "lapses_at": NOON, "state": "declined", "decided_by": other}
    said |= {"decided_at": NOON, "decision_why": WORDS, "reset_id": new_id(), "person_id": UUID(person_id)}
    with platform.database.transaction() as connection:
        connection.execute(second_factor_reset.insert().values(said))


def _deputy_once(platform: Platform, person_id: str) -> None:
    """Let somebody have been asked to stand in for the person, who held an office then, and have said no."""
    by, other = (UUID(caller.person_id) for caller in (platform.a, platform.b))
    said = {"proposed_by": by, "proposed_at": NOON, "lapses_at": NOON, "state": "declined", "decided_by": other}
    said |= {"decided_at": NOON, "decision_why": WORDS, "deputyship_id": new_id(), "absent_id": UUID(person_id)}
    role = platform.rows("SELECT grant_id FROM role_grant WHERE person_id = :id", id=UUID(person_id))[0][0]
    said |= {"grant_id": role, "deputy_id": other, "role": "coordinator", "unit_id": UUID(platform.units["k1"])}
    said |= {"begins_on": NOON.date(), "ends_on": NOON.date(), "begin_at": NOON, "end_at": NOON, "reason": "leave"}
    with platform.database.transaction() as connection:
        connection.execute(deputyship.insert().values(said))


def _admitted_after_a_no(platform: Platform, person_id: str) -> None:
    """Let the person have applied, been turned down with the words, and been admitted afterwards."""
    terms = {
        "id": UUID(person_id),
        "unit": UUID(platform.units["k1"]),
        "at": NOON,
        "words": WORDS,
        "one": new_id(),
        "by": new_id(),
    }
    with platform.database.transaction() as connection:
        connection.execute(
            sa.text("""
            INSERT INTO application (application_id, unit_id, state, services, hours, privacy_version, applied_at,
                ended_at) VALUES (:id, :unit, 'admitted', '{}', '[]', '1', :at, :at)"""),
            terms,
        )
        connection.execute(
            sa.text("""
            INSERT INTO admission (admission_id, application_id, proposed_by, proposed_at, lapses_at, state, decided_by,
                decided_at, decision_why) VALUES (:one, :id, :id, :at, :at, 'declined', :by, :at, :words)"""),
            terms,
        )


def _die_by_mistake(platform: Platform, hear: Callable[[Any], None], person_id: str) -> None:
    """Record a death that was a mistake; all four words are given their reasons."""
    death, mistake = new_id(), new_id()
    must(platform.a.put(f"/v1/persons/{person_id}/deaths/{death}", {"died": "2026-02-28"}))
    must(platform.b.post(f"/v1/deaths/{death}/confirmation", {"ok": True, "why": WORDS}))
    must(platform.a.put(f"/v1/deaths/{death}/mistakes/{mistake}", {"why": WORDS}))
    must(platform.b.post(f"/v1/deaths/{death}/mistakes/{mistake}/decision", {"ok": True, "why": WORDS}))
    hear(ledger.WalletsUnfrozen(person_id=person_id, cause_id=str(mistake)))


def _columns_of_words() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get(WORDS_OF) and LEFT not in column.info
    }


def _columns_with(platform: Platform, words: str) -> set[str]:
    columns = platform.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    return {
        f"{table}.{column}"
        for table, column in columns
        if platform.rows(f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE :words LIMIT 1', words=f"%{words}%")
    }


def test_what_commands_about_a_person_answered_goes_with_them(
    platform: Platform, admin: Caller, hear: Callable[[Any], None]
) -> None:
    person_id = str(new_id())
    body = platform.person("小花", home={"latitude": "39.9", "longitude": "116.4"}, visit_risk="key")
    registered = must(platform.a.put(f"/v1/persons/{person_id}", body))
    assert (registered["born"], registered["visit_risk"]) == ("1950-05-01", "key")
    key = new_id()

    asked = _ask(platform, admin, person_id, key)
    _answer_all(hear, asked.json["erasure_id"], person_id)

    assert must(platform.a.put(f"/v1/persons/{person_id}", body)) == {"person_id": person_id}
    assert _ask(platform, admin, person_id, key).json["state"] == "done"


def test_of_the_living_the_service_blanks_nothing_that_was_kept(platform: Platform) -> None:
    person_id = platform.register("小花")

    with pytest.raises(IntegrityError, match="have not ended"), platform.database.transaction() as connection:
        ErasureStore(connection).forget_what_was_kept(UUID(person_id))


def test_what_was_said_of_the_sealed_since_is_gone_when_they_are_erased(
    platform: Platform, admin: Caller, hear: Callable[[Any], None]
) -> None:
    person_id = platform.register("小敏", roles=["volunteer"])
    asked = _ask(platform, admin, person_id)
    _answer_all(hear, asked.json["erasure_id"], person_id, last_day="2026-02-28")
    with platform.database.transaction() as connection:
        RecordStore(connection).log_views(
            viewer_id=UUID(admin.person_id), person_ids=[UUID(person_id)], what="person", why=WORDS, at=NOON
        )

    with platform.database.transaction() as connection:
        assert run_due(connection, datetime(2036, 2, 27, 16, 0, tzinfo=UTC)) == 1

    assert _columns_with(platform, WORDS) == set()


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ({"orders": "open_obligations"}, "open_obligations"),
        ({"ledger": "credit_remaining"}, "credit_remaining"),
        ({"ledger": "credit_remaining", "redemption": "open_obligations"}, "open_obligations"),
        ({"ledger": "estate_open"}, "erasure_declined"),
    ],
)
def test_what_stands_against_it_declines_it_and_changes_nothing(
    platform: Platform, admin: Caller, hear: Callable[[Any], None], codes: dict[str, str], code: str
) -> None:
    person_id, key = platform.register("小敏"), new_id()
    asked = _ask(platform, admin, person_id, key)
    refused(_ask(platform, admin, person_id), "already_decided", 409)

    _answer_all(hear, asked.json["erasure_id"], person_id, **codes)
    _answer_all(hear, asked.json["erasure_id"], person_id)

    refused(_ask(platform, admin, person_id, key), code, 409)
    assert must(admin.get(f"/v1/persons/{person_id}/erasure"))["state"] == "declined"
    assert len(platform.states_of(person_id)) == 1
    own = platform.sign_in("小敏")
    assert must(own.get("/v1/me"))["names"] == {"zh": "小敏"}
    assert must(own.get(f"/v1/persons/{person_id}/erasure"))["state"] == "declined"
    platform.register("路人")
    refused(platform.sign_in("路人").get(f"/v1/persons/{person_id}/erasure"), "not_authorised", 403)
    assert _ask(platform, admin, person_id).status_code == 202


def test_only_a_district_administrator_asks_and_not_for_themselves(platform: Platform, admin: Caller) -> None:
    person_id = platform.register("小敏")
    far = platform.register("远", unit="k3")

    refused(platform.staff("协调", "coordinator", "k1").post(f"/v1/persons/{person_id}/erasure"), "not_authorised", 403)
    refused(_ask(platform, admin, far), "out_of_scope", 403)
    refused(_ask(platform, admin, admin.person_id), "maker_is_checker", 403)
    refused(admin.get(f"/v1/persons/{person_id}/erasure"), "record_not_found", 404)


def test_records_are_kept_whole_years_from_the_last_service() -> None:
    leap, today = datetime(2024, 2, 29, tzinfo=UTC).date(), datetime(2026, 3, 1, tzinfo=UTC).date()

    assert kept_until(None, years=10, today=today) is None
    assert kept_until(leap, years=10, today=today) == datetime(2034, 3, 1, tzinfo=UTC).date()
    assert kept_until(leap, years=2, today=today) is None


def test_the_two_sides_of_a_taken_order_see_each_other_until_it_ends(
    platform: Platform, hear: Callable[[Any], None]
) -> None:
    lan = platform.register("兰", phone_number="13811112222", address="七号楼")
    min_ = platform.register("敏", roles=["volunteer"], phone_number="13933334444")
    volunteer, recipient = platform.sign_in("敏"), platform.sign_in("兰")
    order_id, start = str(new_id()), platform.clock.now() + timedelta(hours=3)
    taken = orders.OrderTaken(
        order_id=order_id,
        recipient_id=lan,
        volunteer_ids=[min_],
        start_at_us=to_microseconds(start),
        planned_minutes=120,
    )
    refused(volunteer.get(f"/v1/persons/{lan}"), "not_authorised", 403)

    hear(taken)
    hear(taken)
    seen = must(volunteer.get(f"/v1/persons/{lan}"))
    assert (seen["names"], seen["address"], "born" in seen) == ({"zh": "兰"}, "七号楼", False)
    assert must(recipient.get(f"/v1/persons/{min_}"))["phone_number"] == "13933334444"
    assert [view["what"] for view in must(recipient.get("/v1/access-log"))["items"]] == ["order"]

    hear(ledger.HoursSettled(order_id=order_id))
    refused(volunteer.get(f"/v1/persons/{lan}"), "not_authorised", 403)
    hear(taken)
    platform.clock.set(start + timedelta(minutes=120, hours=24))
    refused(volunteer.get(f"/v1/persons/{lan}"), "not_authorised", 403)


def test_what_waited_about_an_erased_person_breaks_no_list_and_stands_in_none(
    platform: Platform, admin: Caller, hear: Callable[[Any], None]
) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")
    relation = {"person_id": lan, "relative_id": min_, "kind": "child", "verified": True}
    must(platform.a.put(f"/v1/persons/{lan}/phone-changes/{new_id()}", {"phone_number": "13900001111"}))
    must(platform.a.put(f"/v1/persons/{lan}/assessments/{new_id()}", {"grade": "mild"}))
    must(platform.a.put(f"/v1/relations/{new_id()}", relation))
    lists = ("/v1/phone-changes", "/v1/findings", "/v1/relations/waiting")
    unit = platform.units["k1"]
    assert [len(must(platform.a.get(path, unit=unit))["items"]) for path in lists] == [1, 1, 1]

    asked = _ask(platform, admin, lan)
    _answer_all(hear, asked.json["erasure_id"], lan)

    assert must(platform.a.get(f"/v1/persons/{lan}"))["status"] == "erased"
    assert [must(platform.a.get(path, unit=unit))["items"] for path in lists] == [[], [], []]
