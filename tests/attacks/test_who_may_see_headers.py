"""What answers carry, and what only the inside is told: metrics, what is wrong, who serves."""

from __future__ import annotations

import pytest
import urllib3

from tests.attacks.city import City

EVIL = "evil.example"
ANSWERS = ("/", "/docs", "/assets/style.css", "/v1/me", "/v1/nothing", "/v1/supply", "/readyz", "/openapi.json")
INSIDE = ("/metrics", "/accounts/metrics", "/orders/metrics", "/ledger/metrics", "/redemption/metrics", "/v1/metrics")


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_says_how_little_it_may_be_used_for(city: City, path: str) -> None:
    headers = city.ask("GET", path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src '")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    kept = ("public, max-age=86400",) if path.startswith("/assets/") else ("no-store", "no-cache")
    assert headers["Cache-Control"] in kept  # A stylesheet is everybody's.
    assert "Server" not in headers


def test_what_is_told_to_somebody_is_kept_by_nobody(city: City) -> None:
    for path in ("/v1/me", f"/v1/persons/{city.ids['person_id']}", f"/v1/statements?person={city.ids['person']}"):
        assert city.ask("GET", path, role="recipient").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", INSIDE)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", EVIL])
def test_metrics_are_told_inside_only(city: City, path: str, host: str) -> None:
    forged = {"Host": host, "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": host, "X-Forwarded-Port": "9000"}

    answer = city.ask("GET", path, headers=forged)

    assert answer.status == 404
    assert b"http_requests_total" not in answer.data


def test_readiness_is_one_word_outside_and_more_inside(city: City) -> None:
    inside = urllib3.request("GET", f"{city.inside_url}/readyz", timeout=20).json()
    measured = urllib3.request("GET", f"{city.inside_url}/metrics", timeout=20).data

    assert city.ask("GET", "/readyz").json() == {"status": "ready"}
    assert {"worker", "disk", "accounts", "ledger"} <= inside["parts"].keys()
    assert b"http_requests_total" in measured
    assert urllib3.request("GET", f"{city.inside_url}/v1/supply", timeout=20).status == 404


def test_invented_methods_make_no_series(city: City) -> None:
    for number in range(20):
        assert city.ask(f"INVENTED{number}", "/v1/orders").status in (400, 405, 501)

    assert b"INVENTED" not in urllib3.request("GET", f"{city.inside_url}/metrics", timeout=20).data


@pytest.mark.parametrize("path", ["/v1//orders", "//v1/orders", "/docs/", "/assets", "/v1/orders/"])
def test_no_answer_repeats_the_host(city: City, path: str) -> None:
    answer = city.ask("GET", path, headers={"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}"})

    assert EVIL not in f"{answer.headers} {answer.data!r}".replace(path, "")
