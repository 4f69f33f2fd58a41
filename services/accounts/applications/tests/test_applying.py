"""Somebody applies without an account: her number is proved, what she says is checked, nobody else learns of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from libs.ids import new_id
from services.accounts.applications.tests.applying import NUMBER, Applying
from services.accounts.due import next_due, run_due
from services.accounts.tests.platform import Platform, must, refused


@pytest.fixture
def applying(platform: Platform, tmp_path: Path) -> Applying:
    return Applying.open(platform, tmp_path / "codes")


def test_whoever_applies_sees_where_it_stands(applying: Applying) -> None:
    ticket = applying.ticket()
    made = must(applying.put(applying.body(ticket)))

    own = must(applying.ask("own", ticket=ticket))

    assert (own["application_id"], own["state"], own["waits_for"]) == (made["application_id"], "applied", "identity")
    assert own["waits_since"] == own["applied_at"] == "2026-03-01T04:00:00Z"


def test_asked_again_under_the_same_id_it_is_one_application(applying: Applying) -> None:
    body, application_id = applying.body(applying.ticket()), str(new_id())

    first, second = must(applying.put(body, application_id)), must(applying.put(body, application_id))

    assert first == second
    refused(applying.put(body), "application_open", 409)


def test_a_code_goes_to_a_known_number_as_to_an_unknown_one(applying: Applying) -> None:
    applying.platform.register("王兰", phone_number=NUMBER)
    answers = [applying.ask("codes", phone_number=number) for number in (NUMBER, "13900000002")]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].get_json() == answers[1].get_json()
    applying.platform.app.extensions["service"].parts["ApplyingParts"].code_desk.settle()
    assert len(list(applying.folder.glob("*.txt"))) == 2


def test_codes_to_one_number_are_few(applying: Applying) -> None:
    assert applying.ask("codes", phone_number=NUMBER).status_code == 202
    again = applying.ask("codes", phone_number=f"+86 {NUMBER}")

    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) > 0


def test_a_wrong_code_proves_nothing_and_the_right_one_counts_once(applying: Applying) -> None:
    code = applying.code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    refused(applying.ask("tickets", phone_number=NUMBER, code=wrong), "code_wrong", 403)
    refused(applying.ask("tickets", phone_number="13900000002", code=code), "code_wrong", 403)

    must(applying.ask("tickets", phone_number=NUMBER, code=code))

    refused(applying.ask("tickets", phone_number=NUMBER, code=code), "code_wrong", 403)


def test_a_code_is_guessed_at_five_times_and_no_more(applying: Applying) -> None:
    code = applying.code()
    for number in range(5):
        guess = f"{(int(code) + 1 + number) % 10**6:06d}"
        refused(applying.ask("tickets", phone_number=NUMBER, code=guess), "code_wrong", 403)

    refused(applying.ask("tickets", phone_number=NUMBER, code=code), "code_wrong", 403)


def test_without_a_proved_number_nothing_is_taken_or_shown(applying: Applying) -> None:
    refused(applying.put(applying.body("x" * 43)), "number_not_proved", 403)
    refused(applying.ask("own", ticket="x" * 43), "number_not_proved", 403)
    refused(applying.ask("withdrawal", ticket="x" * 43), "number_not_proved", 403)


def test_a_ticket_counts_for_an_hour(applying: Applying) -> None:
    ticket = applying.ticket()
    with applying.platform.database.transaction() as connection:
        connection.execute(sa.text("DELETE FROM application_ticket"))

    refused(applying.put(applying.body(ticket)), "number_not_proved", 403)


def test_a_number_that_opens_an_account_applies_for_nobody_new(applying: Applying) -> None:
    applying.platform.register("王兰", phone_number=NUMBER)

    refused(applying.put(applying.body(applying.ticket())), "phone_number_taken", 409)


def test_the_privacy_text_is_agreed_to_in_its_version(applying: Applying) -> None:
    ticket = applying.ticket()

    problem = refused(applying.put(applying.body(ticket, privacy_version="2020-01")), "privacy_text_outdated", 409)

    assert problem["version"] == must(applying.platform.client.get("/v1/applications/privacy-text"))["version"]


@pytest.mark.parametrize(("born", "code"), [("2008-03-02", "applicant_too_young"), ("2027-01-01", "date_impossible")])
def test_a_minor_comes_with_a_guardian(applying: Applying, born: str, code: str) -> None:
    refused(applying.put(applying.body(applying.ticket(), born=born)), code, 422)
    must(applying.put(applying.body(applying.ticket("13900000002"), born="2008-03-01")))


def test_nobody_applies_to_the_city_itself_nor_to_nowhere(applying: Applying) -> None:
    ticket = applying.ticket()

    refused(applying.put(applying.body(ticket, unit_id=applying.platform.units["city"])), "district_needed", 422)
    refused(applying.put(applying.body(ticket, unit_id=str(new_id()))), "unit_not_found", 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x" * 61},
        {"name": "   "},
        {"name": "林\u202e晓"},
        {"services": ["<script>"]},
        {"services": [f"A{n}" for n in range(31)]},
        {"services": []},
        {"hours": [{"weekday": 8, "begins": "09:00", "ends": "10:00"}]},
        {"hours": [{"weekday": 1, "begins": "10:00", "ends": "09:00"}]},
        {"hours": [{"weekday": 1, "begins": "9 Uhr", "ends": "10:00"}]},
        {"hours": [{"weekday": 1, "begins": "09:00", "ends": "10:00"}] * 22},
        {"ticket": "x" * 65},
    ],
)
def test_what_is_too_long_or_hidden_is_refused(applying: Applying, wrong: dict[str, Any]) -> None:
    assert applying.put(applying.body("x" * 43) | wrong).status_code in (400, 422)


def test_an_application_is_taken_back_and_forgotten_after_thirty_days(applying: Applying) -> None:
    ticket = applying.ticket()
    application_id = str(must(applying.put(applying.body(ticket)))["application_id"])

    assert must(applying.ask("withdrawal", ticket=ticket))["state"] == "withdrawn"

    refused(applying.ask("withdrawal", ticket=ticket), "application_ended", 409)
    assert must(applying.platform.a.get(f"/v1/applications/{application_id}"))["name"] == "林晓"
    applying.platform.move(timedelta(days=31))
    with applying.platform.database.transaction() as connection:
        due = next_due(connection, applying.platform.clock.now())
        assert due is not None
        assert due <= applying.platform.clock.now()
        assert run_due(connection, applying.platform.clock.now()) == 1
    seen = must(applying.platform.a.get(f"/v1/applications/{application_id}"))
    assert (seen["name"], seen["phone_number"], seen["born"], seen["services"]) == (None, None, None, [])
    refused(applying.ask("own", ticket=ticket), "record_not_found", 404)
    assert applying.platform.rows("SELECT 1 FROM person_key WHERE person_id = :id", id=application_id) == []


def test_an_application_without_a_result_lapses(applying: Applying) -> None:
    application_id = applying.applied()
    applying.platform.move(timedelta(days=181))

    with applying.platform.database.transaction() as connection:
        assert run_due(connection, applying.platform.clock.now()) == 1

    assert must(applying.platform.a.get(f"/v1/applications/{application_id}"))["state"] == "lapsed"
    must(applying.put(applying.body(applying.ticket())))


def test_names_and_numbers_are_kept_sealed(applying: Applying) -> None:
    applying.applied()

    [row] = applying.platform.rows("SELECT application::text AS told FROM application")

    assert "林晓" not in row.told
    assert NUMBER not in row.told
