"""Who is counted against what: callers, addresses that proxies tell, tokens that do not hold, readiness."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from libs.http.addresses import address_of, networks, origin_of
from libs.http.gate import Gate
from libs.http.limits import BAD_TOKENS, Buckets, Rate
from tests.unit.sample_service.service import create_sample_service
from tests.unit.sample_service.tokens import Signer

INSIDE = networks("10.0.0.0/8, 2001:db8::1")
FORGED_MAX = 1_000
"""The bucket refills while a slow machine tries to empty it."""
PATH = "/v1/notes"


def test_an_empty_bucket_says_truly_when_to_come_again() -> None:
    buckets = Buckets(Rate(per_second=50, burst=3))
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]

    wait = buckets.take("a")

    assert buckets.wait("a") > 0
    assert buckets.take("b") == 0
    time.sleep(wait)
    assert buckets.take("a") == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "nonsense, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1, nonsense", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1:80", "10.1.2.3"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", ",".join(["10.1.1.1"] * 30), "10.1.1.1"),
        ("2001:db8::1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8::2", "198.51.100.1", "2001:db8::2"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_as_far_as_who_says_it(peer: str, forwarded: str, found: str) -> None:
    assert address_of(peer, forwarded, INSIDE) == found


def test_a_household_of_many_addresses_is_one_and_a_network_is_many() -> None:
    assert origin_of("2001:db8:1:2:aaaa::1").one == origin_of("2001:db8:1:2:bbbb::9").one
    assert origin_of("2001:db8:1:2::1").one != origin_of("2001:db8:1:3::1").one
    assert origin_of("2001:db8:1:2::1").many == origin_of("2001:db8:1:3::1").many
    assert origin_of("203.0.113.4").one != origin_of("203.0.113.5").one
    assert origin_of("203.0.113.4").many == origin_of("203.0.113.5").many
    assert origin_of(None).one == origin_of("socket").one == "?"


def test_a_setting_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(ValueError, match="front-door"):
        networks("10.0.0.0/8, front-door")


def test_tokens_that_do_not_hold_are_counted_by_address_and_harm_nobody_who_is_known_there(
    sample: Flask, signer: Signer
) -> None:
    client, mine = sample.test_client(), signer.headers()
    assert client.get(PATH, headers=mine).status_code == 200
    forged: list[Any] = []
    while len(forged) < FORGED_MAX and (not forged or forged[-1].status_code == 401):
        forged.append(client.get(PATH, headers={"Authorization": f"Bearer x{len(forged)}"}))

    assert len(forged) > BAD_TOKENS.burst
    assert forged[-1].status_code == 429
    assert int(forged[-1].headers["Retry-After"]) == 1
    assert client.get(PATH, headers=mine).status_code == 200
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get(PATH, headers={"Authorization": "Bearer x"}, environ_overrides=elsewhere).status_code == 401


def test_people_behind_one_proxy_have_a_bucket_each_and_nobody_invents_one(sample: Flask, signer: Signer) -> None:
    url = sample.extensions["service"].database.url
    rate = Rate(per_second=1, burst=1)
    behind = create_sample_service(url, signer.verifier(), rate=rate, trusted_proxies="127.0.0.0/8").test_client()
    bare = create_sample_service(url, signer.verifier(), rate=rate).test_client()
    asked = [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(5)]

    assert [behind.get("/v1/nothing", headers=told).status_code for told in asked] == [404] * 5
    assert [bare.get("/v1/nothing", headers=told).status_code for told in asked] == [404] + [429] * 4


def test_a_gate_lets_so_many_in_a_few_wait_and_sends_the_others_away() -> None:
    gate = Gate(places=1, waiting_max=1, wait_seconds=30)
    entered: list[str] = []

    def come() -> None:
        with gate.enter():
            entered.append("after a wait")

    with gate.enter():
        waiting = threading.Thread(target=come)
        waiting.start()
        while gate._inside._value:
            waiting.join(0.01)
        with pytest.raises(TooManyRequests) as refusal, gate.enter():
            pass
        assert (refusal.value.retry_after, entered) == (1, [])
    waiting.join(30)

    assert entered == ["after a wait"]
    with Gate(places=1, waiting_max=5, wait_seconds=0.01).enter():
        pass


def test_who_waits_too_long_at_a_gate_is_sent_away() -> None:
    gate = Gate(places=1, waiting_max=1, wait_seconds=0.01)

    with gate.enter(), pytest.raises(TooManyRequests), gate.enter():
        pass
    with gate.enter():
        pass
