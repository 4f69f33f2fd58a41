"""The coordinator's queue: flags with numbers, the pair's history, a table of what is seen, missing check-outs."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from libs.clock import machine_now
from services.web.kit.tables import harmless
from services.web.tests.support import PERSON, UNIT, TableApi, open_pages, sign_in, signed_in

IDS = [f"01890a5d-ac96-774b-bcce-b302099a90{number:02}" for number in range(10)]
MIN, HAO, LAN = IDS[7:]
HINT = {"flag": "round_minutes", "zh": "两人本月第4次恰好报60分钟", "en": "4th time this month: exactly 60 minutes"}
HINT_BESIDE = {
    "hint": "one_desk",
    "zh": "同一人30天内替7位老人确认",
    "en": "One person confirmed for 7 people in 30 days",
}
PLAIN = {"flag": "round_minutes", "zh": "整数时长", "en": "A long run of round numbers"}
EVIL = '=HYPERLINK("http://h.example")'


def order(number: int, volunteer: str, day: str, **more: Any) -> dict[str, Any]:
    """Return a line of the queue."""
    part = {
        "person_id": volunteer,
        "checked_in_at": f"{day}T01:00:00Z",
        "checked_out_at": f"{day}T02:00:00Z",
        "actual_minutes": 60,
        "counted_minutes": 60,
        "evidence": ["door_code"],
    }
    return {
        "order_id": IDS[number],
        "state": "confirmed",
        "recipient_id": LAN,
        "service": "B1",
        "service_name": "Company (at home)",
        "start": f"{day}T01:00:00Z",
        "end": f"{day}T02:00:00Z",
        "minutes": 45,
        "unit_id": UNIT,
        "rating": 5,
        "flags": [],
        "flag_words": [],
        "volunteers": [part],
    } | more


@pytest.fixture
def api() -> TableApi:
    queue = [
        order(0, MIN, "2026-03-03"),
        order(1, HAO, "2026-03-02", flags=["round_minutes"], flag_words=[PLAIN]),
        order(2, MIN, "2026-03-04", flags=["round_minutes"], flag_words=[PLAIN], service="C1", service_name="Letters"),
    ]
    pair = {
        "volunteer_id": HAO,
        "together_count": 12,
        "since": "2025-03-03T01:00:00Z",
        "disputed_count": 1,
        "reversed_count": 2,
    }
    findings = [
        {"order_id": IDS[0], "flag_words": [], "hints": [HINT_BESIDE], "pairs": [pair | {"together_count": 1}]},
        {"order_id": IDS[1], "flag_words": [HINT], "hints": [], "pairs": [pair]},
        {
            "order_id": IDS[2],
            "flag_words": [HINT],
            "hints": [],
            "pairs": [pair | {"disputed_count": 0, "reversed_count": 0}],
        },
    ]
    names = [(MIN, "陈志强"), (HAO, EVIL), (LAN, "兰桂英")]
    people = [{"person_id": person_id, "names": {"zh": name}} for person_id, name in names]
    return TableApi(
        signed_in(("coordinator",))
        | {
            "GET /v1/approval-queue": (200, {"items": queue, "next": None}),
            "GET /v1/queues/approval/findings": (200, {"items": findings, "next": None}),
            "GET /v1/persons/names": (200, {"items": people, "next": None}),
        }
    )


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    opened = open_pages(tmp_path, api).test_client()
    assert sign_in(opened).status_code == 303
    return opened


def test_flags_say_their_numbers_and_a_pair_its_history_in_one_line(client: FlaskClient, api: TableApi) -> None:
    page = client.get("/desk/approvals?lang=en").get_data(as_text=True)

    assert page.count(HINT["en"]) == 2
    assert PLAIN["en"] not in page
    assert page.count(f"Beside the flags: {HINT_BESIDE['en']}") == 1
    assert "12 visits of these two since Mon 3 Mar 2025, 1 in dispute, 2 reversed" in page
    assert "12 visits of these two since Mon 3 Mar 2025, none in dispute or reversed" in page
    assert "These two meet for the first time." in page
    assert len([asked for asked in api.asked if asked.path.endswith("/findings")]) == 1


@pytest.mark.parametrize("problem", [(503, None), (403, {"code": "not_authorised", "title": "No"})])
def test_the_queue_stands_with_plain_words_where_nobody_says_more(
    client: FlaskClient, api: TableApi, problem: tuple[int, Any]
) -> None:
    api.answers["GET /v1/queues/approval/findings"] = problem

    page = client.get("/desk/approvals?lang=en").get_data(as_text=True)

    assert page.count(PLAIN["en"]) == 2


def read_csv(answer: Any) -> list[list[str]]:
    """Return the rows of a CSV."""
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def read_xlsx(answer: Any) -> list[list[Any]]:
    """Return the rows of a workbook, with formulas as they are written."""
    book = load_workbook(io.BytesIO(answer.get_data()))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("show=all&by=volunteer", [1, 0, 2]),
        ("show=all&by=day", [1, 0, 2]),
        ("show=flagged&by=day", [1, 2]),
        ("show=clean&by=day", [0]),
        ("show=all&by=day&service=C1", [2]),
    ],
)
def test_a_table_is_the_list_one_sees_in_its_order(client: FlaskClient, query: str, shown: list[int]) -> None:
    ids = [IDS[number] for number in shown]
    page = client.get(f"/desk/approvals?{query}&lang=en").get_data(as_text=True)

    assert [row[1] for row in read_csv(client.get(f"/desk/approvals.csv?{query}&lang=en"))[1:]] == ids
    assert [row[1] for row in read_xlsx(client.get(f"/desk/approvals.xlsx?{query}&lang=en"))[1:]] == ids
    assert [part.split('"')[0] for part in page.split('id="line-')[1:]] == ids


def test_a_row_says_what_the_line_does(client: FlaskClient) -> None:
    rows = read_xlsx(client.get("/desk/approvals.xlsx?by=day&lang=en"))

    assert rows[0][-2:] == ["What is unusual", "What the two did before"]
    assert rows[1][2:5] == ["2026-03-02", "09:00", "10:00"]
    assert rows[1][6] == "Company"
    assert rows[1][9:11] == [45, 60]
    assert rows[1][13] == HINT["en"]
    assert "1 in dispute" in rows[1][14]


def test_what_somebody_is_called_is_never_a_formula(client: FlaskClient) -> None:
    table = read_csv(client.get("/desk/approvals.csv?by=volunteer"))
    cells = read_xlsx(client.get("/desk/approvals.xlsx?by=volunteer"))

    assert table[1][0] == table[1][7] == f"'{EVIL}"
    assert cells[1][0] == cells[1][7] == f"'{EVIL}"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_begins_as_a_formula_is_text(begin: str) -> None:
    assert harmless(f"{begin}1+1") == f"'{begin}1+1"
    assert harmless("1+1") == "1+1"
    assert harmless(-5) == -5


@pytest.mark.parametrize("path", ["/desk/approvals.csv", "/desk/approvals.xlsx", "/desk/checkouts"])
def test_a_volunteer_gets_no_table(api: TableApi, tmp_path: Path, path: str) -> None:
    api.answers |= {name: answer for name, answer in signed_in(("volunteer",)).items() if name == "GET /v1/me"}
    opened = open_pages(tmp_path, api).test_client()
    sign_in(opened)

    assert opened.get(path).status_code == 403


def test_each_missing_check_out_has_the_one_act_that_is_right(client: FlaskClient, api: TableApi) -> None:
    later = machine_now().replace(year=machine_now().year + 1).isoformat()
    at_work = {"person_id": MIN, "checked_in_at": "2026-03-03T01:00:00Z", "checked_out_at": None}
    runs = order(0, MIN, "2026-03-03", state="in_service", volunteers=[at_work])
    orders = {
        "in_service": [runs, runs | {"order_id": IDS[1], "end": later}],
        "finished": [
            order(2, MIN, "2026-03-02", state="finished", flags=["auto_checked_out"]),
            order(3, MIN, "2026-03-02", state="finished"),
        ],
        "confirmed": [
            order(4, MIN, "2026-03-01", flags=["auto_checked_out"]),
            order(5, MIN, "2026-03-01", flags=["auto_checked_out"], approvers=[PERSON]),
        ],
    }
    api.answers["GET /v1/orders"] = lambda wanted: (200, {"items": orders[dict(wanted.query)["state"]], "next": None})

    page = client.get("/desk/checkouts?lang=en").get_data(as_text=True)

    lines = page.split('id="line-')[1:]
    assert [line.split('"')[0] for line in lines] == [IDS[0], IDS[4], IDS[2]]
    assert f'href="/calls/{MIN}"' in lines[0]
    assert "Call 陈志强: check out now" in lines[0]
    assert f'href="/desk/orders/{IDS[4]}"' in lines[1]
    assert f'href="/calls/{LAN}"' in lines[2]
    assert [line.count('class="button"') for line in lines] == [1, 1, 1]


def test_a_day_on_which_everybody_checked_out_says_so(client: FlaskClient) -> None:
    assert "Everybody has checked out." in client.get("/desk/checkouts?lang=en").get_data(as_text=True)


def test_an_order_shows_what_a_minute_counts_what_buying_costs_and_who_ticked_what(
    client: FlaskClient, api: TableApi
) -> None:
    seen = order(1, MIN, "2026-03-03", coefficient_percent=120, reserve_yuan=1500, checklist=["血压", "<水温>"])
    seen |= {"funding": "credit", "price_minutes": 54, "placed_by": LAN, "placed_at": seen["start"], "acts": []}
    seen["volunteers"][0]["ticked"] = [1]
    seen["volunteers"].append(seen["volunteers"][0] | {"person_id": HAO, "ticked": None})
    evidence = {"order": seen, "steps": [], "reversals": [], "call_backs": []}
    api.answers[f"GET /v1/orders/{IDS[1]}/evidence"] = (200, evidence)
    api.answers[f"GET /v1/orders/{IDS[1]}/scans"] = (200, {"items": [], "photos_left": 0})
    api.answers["GET /v1/orders"] = (200, {"items": [], "next": None})

    page = client.get(f"/desk/orders/{IDS[1]}?lang=en").get_data(as_text=True)
    points = page.split("To think of")[1].split("</ul>")[0].split("</li>")

    assert "45 min × 120 %" in page
    assert "about 1,500 yuan" in page
    assert ("not ticked" in points[0], "ticked by 陈志强" in points[0]) == (True, False)
    assert "&lt;水温&gt;" in points[1]
    assert ("ticked by 陈志强" in points[1], "not ticked" in points[1]) == (True, False)
    assert EVIL not in points[1], "he did not tick it"
