"""Papers of a person: what the API shows, month by month; what it refuses, no paper shows; a busy printer says so."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from services.web.clients.transport import ApiRequest
from services.web.printing import answer as answering
from services.web.printing.typesetting import PrinterBusyError
from services.web.tests.qr import read_qr
from services.web.tests.support import DISTRICT, PERSON, TableApi, open_pages, sign_in, signed_in

WALLET = "01890a5d-ac96-774b-bcce-b302099a8010"
TRANSFER = "01890a5d-ac96-774b-bcce-b302099a8011"
ORDER = "01890a5d-ac96-774b-bcce-b302099a8012"
CERTIFICATE = "01890a5d-ac96-774b-bcce-b302099a8013"
RECEIPT = "c2sp.org/tlog-proof@v1\nextra AA==\nindex 6\n\nlog/x\n7\nAA==\n\n— log/x AAAA\n"
REFUSED = (403, {"code": "out_of_scope", "title": "Not yours"})


def line(at: str, minutes: int, balance: int, reason: str = "hours_approved") -> dict[str, Any]:
    """Return a line of a statement."""
    return {
        "recorded_at": at,
        "signed_minutes": minutes,
        "balance_minutes": balance,
        "reason": reason,
        "class": "earned",
        "cause_id": ORDER,
        "transfer_id": TRANSFER,
    }


def statement(wanted: ApiRequest) -> tuple[int, Any]:
    """Return what the ledger would."""
    lines = [
        line("2026-01-10T02:00:00Z", 120, 150),
        line("2026-01-31T16:30:00Z", 60, 210),
        line("2026-02-20T02:00:00Z", -90, 120, "redemption_captured"),
    ]
    return 200, {"opening_minutes": 30, "closing_minutes": 120, "lines": lines, "is_whole": True}


@pytest.fixture
def api() -> TableApi:
    wallet = {
        "wallet_id": WALLET,
        "class": "earned",
        "balance_minutes": 120,
        "held_minutes": 45,
        "available_minutes": 75,
        "district_id": DISTRICT,
    }
    newest = {
        "transfer_id": TRANSFER,
        "recorded_at": "2026-02-21T02:00:00Z",
        "balance_after_minutes": 75,
        "position": 1_007,
    }
    certificate = {
        "certificate_id": CERTIFICATE,
        "number": 12,
        "person_id": PERSON,
        "minutes": 1_530,
        "verified_minutes": 1_200,
        "first_on": "2026-01-02",
        "last_on": "2026-02-20",
        "issued_at": "2026-03-01T02:00:00Z",
        "verification_code": "a1b2c3d4",
        "verifies": True,
        "state": "valid",
        "services": {"B1": 1_500, "": 30},
        "valid_until": None,
        "revoked_at": None,
        "credential": "eyJh.eyJi.c2ln",
    }
    answers = signed_in(("recipient", "volunteer")) | {
        "GET /v1/statements": statement,
        "GET /v1/wallets": (200, {"items": [wallet], "next": None}),
        f"GET /v1/wallets/{WALLET}": (200, wallet),
        f"GET /v1/wallets/{WALLET}/entries": (200, {"items": [newest], "next": None}),
        f"GET /v1/receipts/{TRANSFER}": (200, RECEIPT),
        "GET /v1/acting-grants": (200, {"items": [], "next": None}),
        "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
        "GET /v1/organisation-units": (200, {"items": [], "next": None}),
        "GET /v1/certificates": (200, {"items": [certificate], "next": None}),
        f"GET /v1/certificates/{CERTIFICATE}": (200, certificate),
    }
    return TableApi(answers)


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    opened = open_pages(tmp_path, api).test_client()
    assert sign_in(opened).status_code == 303
    return opened


def read(answer: Any) -> str:
    """Return what a PDF says, in one line."""
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.get_data())).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_a_statement_says_month_by_month_in_beijing_what_came_and_went(client: FlaskClient) -> None:
    text = read(client.get(f"/papers/{PERSON}/statement.pdf?from=2026-01&to=2026-02&lang=en"))

    assert "January 2026 2 h 0 min 2 h 30 min" in text  # What came at 00:30 on 1 February is February's.
    assert "February 2026 1 h −1 h 30 min 2 h" in text
    assert "earned 2 h 45 min 1 h 15 min" in text
    assert "2026-02-01 00:30:00" in text


def test_a_statement_speaks_the_readers_language(client: FlaskClient) -> None:
    text = read(client.get(f"/papers/{PERSON}/statement.pdf?from=2026-01&to=2026-02&lang=zh"))

    assert "时间对账单" in text
    assert "于凤英" in text
    assert "1 小时 15 分" in text


def test_the_code_holds_the_receipt_behind_the_hash_and_nothing_of_it_before(client: FlaskClient) -> None:
    page = client.get(f"/papers/{PERSON}/slip?month=2026-02&lang=en").get_data(as_text=True)

    svg = re.search(r"<svg xmlns[^>]*>.*?</svg>", page, re.DOTALL)
    assert svg is not None
    address, _, fragment = read_qr(svg[0]).partition("#")
    assert address == "http://localhost/check/paper"
    assert fragment.startswith(f"r:{PERSON}:c2sp.org/tlog-proof@v1~extra_AA==~index_6~~log/x~7~AA==~~!_log/x_AAAA~")
    assert "1 h 15 min (75 minutes)" in page
    assert "line 1,007" in page


def test_a_line_that_is_not_sealed_yet_has_no_code_and_the_paper_says_so(client: FlaskClient, api: TableApi) -> None:
    api.answers[f"GET /v1/receipts/{TRANSFER}"] = (409, {"code": "not_sealed_yet", "title": "Not yet"})

    page = client.get(f"/papers/{PERSON}/slip?lang=en").get_data(as_text=True)

    assert "sealed within ten seconds" in page
    assert "/check/paper#" not in page


def test_a_slip_says_what_came_who_how_long_and_what_it_cost(client: FlaskClient, api: TableApi) -> None:
    visit = {
        "order_id": ORDER,
        "recipient_id": PERSON,
        "state": "settled",
        "service": "B1",
        "service_name": "陪伴",
        "start": "2026-02-19T06:00:00Z",
        "minutes": 90,
        "funding": "credit",
        "volunteers": [{"person_id": WALLET, "counted_minutes": 95}],
    }
    booked = visit | {"order_id": CERTIFICATE, "state": "taken", "start": "2026-04-01T01:00:00Z", "minutes": 60}
    others = visit | {"order_id": TRANSFER, "recipient_id": WALLET}
    api.answers["GET /v1/orders"] = (200, {"items": [booked, visit, others], "next": None})
    api.answers["GET /v1/statements"] = (200, {"lines": [line("2026-03-02T02:00:00Z", -90, 0)]})
    name = {"person_id": WALLET, "names": {"zh": "陈志强"}}
    api.answers["GET /v1/persons/names"] = (200, {"items": [name], "next": None})

    text = read(client.get(f"/papers/{PERSON}/slip.pdf?month=2026-02&lang=zh"))

    assert text.count("陪伴") == 2
    assert re.search(r"2 ?月 ?19 ?日.*陈志强 1 ?小时 ?35 ?分 1 ?小时 ?30 ?分", text)
    assert re.search(r"4 ?月 ?1 ?日.*陈志强 1 ?小时", text)
    assert "0000 1234 5678" in text


@pytest.mark.parametrize("read_of_paper", ["/v1/wallets", "/v1/statements"])
@pytest.mark.parametrize("paper", ["statement", "statement.pdf", "slip", "slip.pdf"])
def test_what_the_api_refuses_no_paper_shows(
    client: FlaskClient, api: TableApi, paper: str, read_of_paper: str
) -> None:
    api.answers[f"GET {read_of_paper}"] = REFUSED

    answer = client.get(f"/papers/{WALLET}/{paper}")

    assert answer.status_code == 403
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("paper", ["", ".pdf"])
def test_a_certificate_that_the_api_does_not_show_is_on_no_paper(
    client: FlaskClient, api: TableApi, paper: str
) -> None:
    api.answers[f"GET /v1/certificates/{CERTIFICATE}"] = (404, {"code": "not_found", "title": "Nothing"})

    assert client.get(f"/papers/certificates/{CERTIFICATE}{paper}").status_code == 404


@pytest.mark.parametrize(
    "path", [f"/papers/{PERSON}", f"/papers/{PERSON}/slip.pdf", f"/papers/certificates/{CERTIFICATE}"]
)
def test_nobody_sees_a_paper_without_signing_in(api: TableApi, tmp_path: Path, path: str) -> None:
    answer = open_pages(tmp_path, api).test_client().get(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_a_certificate_stands_whole_behind_the_hash_and_its_code_in_words(client: FlaskClient) -> None:
    page = client.get(f"/papers/certificates/{CERTIFICATE}?lang=en").get_data(as_text=True)
    text = read(client.get(f"/papers/certificates/{CERTIFICATE}.pdf?lang=en"))

    svg = re.search(r"<svg xmlns[^>]*>.*?</svg>", page, re.DOTALL)
    assert svg is not None
    assert read_qr(svg[0]) == "http://localhost/check/certificate#v:eyJh.eyJi.c2ln"
    assert "25 h 30 min" in text
    assert "B1 25 h of an older book 30 min" in text
    assert "a1b2c3d4" in text
    assert "2 January 2026 – 20 February 2026" in text


def test_a_revoked_certificate_says_so_on_its_paper_and_in_the_list(client: FlaskClient, api: TableApi) -> None:
    shown = api.answers[f"GET /v1/certificates/{CERTIFICATE}"][1]
    shown.update(state="revoked", verifies=False, revoked_at="2026-03-02T02:00:00Z")

    text = read(client.get(f"/papers/certificates/{CERTIFICATE}.pdf?lang=en"))
    page = client.get(f"/papers/{PERSON}?lang=en").get_data(as_text=True)

    assert "it proves nothing any more" in text
    assert "was revoked by whoever issued it" in page


def test_a_certificate_is_given_as_the_signed_file_that_it_is(client: FlaskClient) -> None:
    answer = client.get(f"/papers/certificates/{CERTIFICATE}.jwt")

    assert (answer.mimetype, answer.get_data(as_text=True)) == ("application/vc+jwt", "eyJh.eyJi.c2ln")


def test_the_desk_revokes_a_certificate_with_a_reason_and_nobody_else_is_offered_to(
    api: TableApi, tmp_path: Path, client: FlaskClient
) -> None:
    api.answers |= signed_in(("coordinator",)) | {
        "GET /v1/wallets": (200, {"items": [], "next": None}),
        f"POST /v1/certificates/{CERTIFICATE}/revocation": (200, {}),
    }
    desk = open_pages(tmp_path / "desk", api).test_client()
    assert sign_in(desk).status_code == 303
    other = "01890a5d-ac96-774b-bcce-b302099a8099"
    page = desk.get(f"/papers/{other}?lang=en").get_data(as_text=True)
    fields = dict(re.findall(r'name="(csrf_token|command)" value="([^"]+)"', page))
    path = f"/papers/certificates/{CERTIFICATE}/revocation"

    done = desk.post(path, data=fields | {"why": "hours were taken back"})

    assert path in page
    assert path not in client.get(f"/papers/{PERSON}").get_data(as_text=True)
    assert done.status_code == 303
    assert json.loads(api.sent("POST")[-1].body) == {"why": "hours were taken back"}


def test_a_certificate_is_looked_up_by_a_form_and_stands_in_no_address(client: FlaskClient, api: TableApi) -> None:
    page = client.get("/check/certificate?lang=en").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "certificate": CERTIFICATE, "code": "a1b2c3d4"}

    good = client.post("/check/certificate", data=form).get_data(as_text=True)
    api.answers[f"GET /v1/certificates/{CERTIFICATE}"] = (
        200,
        {"certificate_id": CERTIFICATE, "verifies": False, "state": "not_genuine"},
    )
    bad = client.post("/check/certificate", data=form).get_data(as_text=True)
    nothing = client.post("/check/certificate", data=form | {"certificate": "1"}).get_data(as_text=True)

    assert "This platform issued the certificate" in good
    assert "There is no certificate with this number and code" in bad
    assert "There is no certificate with this number and code" in nothing


def test_a_printer_that_is_busy_says_when_to_come_again(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_paper: object) -> bytes:
        raise PrinterBusyError

    monkeypatch.setattr(answering, "pdf_of", busy)

    answer = client.get(f"/papers/{PERSON}/slip.pdf?lang=en")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "few seconds" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "months", ["from=nonsense&to=2026-13", "from=1900-01&to=9999-12", "from=2026-02&to=2026-01", ""]
)
def test_months_that_make_no_sense_are_a_year_up_to_now(client: FlaskClient, months: str) -> None:
    answer = client.get(f"/papers/{PERSON}/statement?{months}&lang=en")

    assert answer.status_code == 200
    assert "Statement of time" in answer.get_data(as_text=True)


def test_the_certificates_so_far_stand_among_ones_papers_each_with_its_pdf(client: FlaskClient, api: TableApi) -> None:
    page = client.get(f"/papers/{PERSON}?lang=en").get_data(as_text=True)
    api.answers["GET /v1/certificates"] = (403, {"code": "forbidden", "title": "Not yours"})
    without = client.get(f"/papers/{PERSON}?lang=en").get_data(as_text=True)

    assert f'href="/papers/certificates/{CERTIFICATE}"' in page
    assert f'href="/papers/certificates/{CERTIFICATE}.pdf"' in page
    assert "No. 12, 1 March 2026: 25 h 30 min" in page
    assert CERTIFICATE not in without
    assert "Make a certificate" in without
