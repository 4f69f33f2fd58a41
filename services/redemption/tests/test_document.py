"""The API document: every resource of redemption, with words for people who read it."""

import pytest

from services.redemption.tests.support import Bench

RESOURCES = ("redemptions", "gifts", "donations", "exchanges", "grants", "entitlements", "estates")


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_is_listed_made_and_shown(bench: Bench, resource: str) -> None:
    paths = bench.app.test_client().get("/openapi.json").get_json()["paths"]

    assert "get" in paths[f"/v1/{resource}"]
    (one,) = [path for path in paths if path.startswith(f"/v1/{resource}/{{") and path.endswith("}")]
    assert {"get", "put"} <= paths[one].keys()


def test_every_operation_says_what_it_does(bench: Bench) -> None:
    paths = bench.app.test_client().get("/openapi.json").get_json()["paths"]

    silent = [
        f"{verb} {path}"
        for path, operations in paths.items()
        for verb, operation in operations.items()
        if verb in ("get", "put", "post") and not operation.get("summary")
    ]
    assert silent == []


@pytest.mark.parametrize("resource", RESOURCES)
def test_without_a_token_nothing_is_shown(bench: Bench, resource: str) -> None:
    answer = bench.app.test_client().get(f"/v1/{resource}/{bench.id_of('any')}")

    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")
