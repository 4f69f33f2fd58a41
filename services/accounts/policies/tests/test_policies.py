"""Programme policies: what cities published, what may be set, two people, versions that never go back."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from libs.ids import new_id
from services.accounts.policies.gateways import FOLDER, read_rule_book
from services.accounts.policies.refusals import ParameterOutOfBoundsError
from services.accounts.policies.rules import Parameter
from services.accounts.tests.platform import Caller, Platform, must, refused

Changes = dict[str, dict[str, object]]


@pytest.fixture
def admin(platform: Platform) -> Caller:
    """A district's administrator."""
    return platform.staff("admin", "district_admin", "d1")


@pytest.fixture
def city_admin(platform: Platform) -> Caller:
    """The city's administrator."""
    return platform.staff("cadmin", "city_admin", "city")


def _proposal(
    platform: Platform, changes: Changes, *, effective: str = "2026-03-02", **more: object
) -> dict[str, object]:
    return {"unit_id": platform.units["d1"], "effective": effective, "set": changes, **more}


def _publish(platform: Platform, admin: Caller, city_admin: Caller, body: dict[str, object]) -> dict[str, object]:
    path = f"/v1/policies/{new_id()}"
    must(admin.put(path, body))
    return must(city_admin.post(f"{path}/decision", {"ok": True}))


def test_every_preset_is_served_with_what_it_published_and_where(shared_platform: Platform) -> None:
    platform = shared_platform
    presets = {preset["preset"]: preset for preset in must(platform.a.get("/v1/policies/presets"))["items"]}

    assert len(presets) == len(list(FOLDER.glob("*.yaml"))) == 13
    assert presets["changning"]["policy"]["earn"]["balance_cap_minutes"] == 36000
    assert presets["changning"]["sources"]["earn.max_age"]["mark"] == "N"
    assert presets["default"]["policy"] == {}
    parameters = {one["name"]: one for one in must(platform.a.get("/v1/policies/parameters"))["items"]}
    assert (parameters["credit.cash_out"]["fixed"], parameters["time.rounding_step_minutes"]["max"]) == (True, 60)


def test_a_districts_first_rules_take_effect_today_and_hold_every_parameter(
    platform: Platform, admin: Caller, city_admin: Caller
) -> None:
    body = _proposal(platform, {"earn": {"daily_cap_minutes": 90}}, effective="2026-03-01", preset="changning")

    published = _publish(platform, admin, city_admin, body)

    assert (published["policy_version"], published["state"]) == (1, "published")
    current = must(platform.a.get("/v1/policies/current", unit=platform.units["k1"]))
    assert current["parameters"]["earn"]["daily_cap_minutes"] == 90
    assert current["parameters"]["earn"]["balance_cap_minutes"] == 36000
    assert current["parameters"]["noshow"]["window_days"] == 90
    assert sum(len(group) for group in current["parameters"].values()) == 141
    [event] = platform.events("PolicyPublished")
    assert (event.policy_version, event.effective, event.preset) == (1, "2026-03-01", "changning")
    assert (event.proposed_by, event.decided_by) == (admin.person_id, city_admin.person_id)
    assert '"daily_cap_minutes": 90' in event.parameters_json


def test_later_versions_build_on_the_one_before_and_hold_from_their_day(
    platform: Platform, admin: Caller, city_admin: Caller
) -> None:
    _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-01", preset="nanjing"))
    _publish(platform, admin, city_admin, _proposal(platform, {"time": {"rounding_step_minutes": 60}}))

    def step_on(day: str) -> tuple[int, int]:
        [found] = must(platform.a.get("/v1/policies", unit=platform.units["d1"], on=day))["items"]
        return found["policy_version"], found["parameters"]["time"]["rounding_step_minutes"]

    assert step_on("2026-03-01") == (1, 30)
    assert step_on("2026-03-02") == (2, 60)
    # Before the first takes effect it binds already: as the other services read it.
    assert step_on("2026-02-28") == (1, 30)
    both = must(platform.a.get("/v1/policies", unit=platform.units["k1"], state="published"))["items"]
    assert {policy["parameters"]["programme"]["display_name"] for policy in both} == {"养老服务互助时间平台"}
    assert must(platform.a.get(f"/v1/policies/{both[0]['policy_id']}"))["state"] == "published"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"programme": {"display_name": "东河时间银行"}}, "name_forbidden"),
        ({"programme": {"unit_name": "银 行币"}}, "name_forbidden"),
        ({"credit": {"cash_out": True}}, "parameter_fixed"),
        ({"credit": {"cash_out": False}}, "parameter_fixed"),
        ({"time": {"rounding_step_minutes": 61}}, "parameter_out_of_bounds"),
        ({"time": {"rounding_step_minutes": 0}}, "parameter_out_of_bounds"),
        ({"time": {"rounding_step_minutes": "30"}}, "parameter_out_of_bounds"),
        ({"time": {"rounding_step_minutes": True}}, "parameter_out_of_bounds"),
        ({"time": {"rounding_step_minutes": 30.5}}, "parameter_out_of_bounds"),
        ({"time": {"rounding_step_minutes": None}}, "parameter_out_of_bounds"),
        ({"earn": {"requires_training": "yes"}}, "parameter_out_of_bounds"),
        ({"earn": {"minor_mode": "alone"}}, "parameter_out_of_bounds"),
        ({"earn": {"minor_mode": ["none"]}}, "parameter_out_of_bounds"),
        ({"transfer": {"donate_to": ["anybody"]}}, "parameter_out_of_bounds"),
        ({"transfer": {"donate_to": "pool"}}, "parameter_out_of_bounds"),
        ({"star": {"thresholds_hours": [300, 100]}}, "parameter_out_of_bounds"),
        ({"verify": {"verified_by": [[]]}}, "parameter_out_of_bounds"),
        ({"verify": {"verified_by": [["wishes"]]}}, "parameter_out_of_bounds"),
        ({"coef": {"table": {"B1": 250}}}, "parameter_out_of_bounds"),
        ({"coef": {"table": {"B1": "much"}}}, "parameter_out_of_bounds"),
        ({"purchase": {"min_minutes_per_month": 3601}}, "parameter_out_of_bounds"),
        ({"programme": {"display_name": ""}}, "parameter_out_of_bounds"),
        ({"earn": {"referral_bonus_minutes": 60}}, "parameter_unknown"),
        ({"bonus": {"minutes": 60}}, "parameter_unknown"),
    ],
)
def test_rules_outside_the_guards_are_refused(shared_platform: Platform, changes: Changes, code: str) -> None:
    policy_id = new_id()

    refused(shared_platform.a.put(f"/v1/policies/{policy_id}", _proposal(shared_platform, changes)), code, 422)

    refused(shared_platform.a.get(f"/v1/policies/{policy_id}"), "record_not_found", 404)


@pytest.mark.parametrize(
    "changes",
    [
        {"earn": {"daily_cap_minutes": None, "minor_mode": "group_only"}},
        {"coef": {"table": {"B1": 150}, "max_percent": 150}},
        {"transfer": {"donate_to": ["pool", "nonprofit"]}},
        {"verify": {"verified_by": [["door_code"]]}},
        {"star": {"thresholds_hours": [50, 100]}},
    ],
)
def test_rules_within_the_guards_are_taken(shared_platform: Platform, changes: Changes) -> None:
    must(shared_platform.a.put(f"/v1/policies/{new_id()}", _proposal(shared_platform, changes)))


def test_two_people_publish_and_who_may_comes_first(platform: Platform, admin: Caller, city_admin: Caller) -> None:
    _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-01"))
    path = f"/v1/policies/{new_id()}"
    must(admin.put(path, _proposal(platform, {})))
    far = platform.staff("admin_d2", "district_admin", "d2", home="k3")

    refused(admin.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(far.post(f"{path}/decision", {"ok": True}), "not_authorised", 403)
    refused(far.put(f"/v1/policies/{new_id()}", _proposal(platform, {})), "out_of_scope", 403)
    refused(city_admin.put(f"/v1/policies/{new_id()}", _proposal(platform, {})), "not_authorised", 403)
    turned_down = must(city_admin.post(f"{path}/decision", {"ok": False, "why": "unclear"}))
    assert (turned_down["state"], turned_down["policy_version"]) == ("turned_down", None)
    refused(city_admin.post(f"{path}/decision", {"ok": True}), "already_decided", 409)
    refused(city_admin.post(f"/v1/policies/{new_id()}/decision", {"ok": True}), "record_not_found", 404)
    refused(platform.b.put(path, _proposal(platform, {})), "id_reused", 409)
    assert len(platform.events("PolicyPublished")) == 1


def test_rules_never_change_backwards(platform: Platform, admin: Caller, city_admin: Caller) -> None:
    _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-01"))

    today = _proposal(platform, {}, effective="2026-03-01")
    refused(admin.put(f"/v1/policies/{new_id()}", today), "policy_backdated", 422)
    _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-10"))
    overtaking = _proposal(platform, {}, effective="2026-03-05")
    refused(admin.put(f"/v1/policies/{new_id()}", overtaking), "policy_backdated", 422)

    late = f"/v1/policies/{new_id()}"
    must(admin.put(late, _proposal(platform, {}, effective="2026-03-11")))
    platform.move(timedelta(days=10))
    refused(city_admin.post(f"{late}/decision", {"ok": True}), "policy_backdated", 422)


def test_a_proposal_on_an_older_version_is_outdated(platform: Platform, admin: Caller, city_admin: Caller) -> None:
    _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-01"))
    path = f"/v1/policies/{new_id()}"
    must(admin.put(path, _proposal(platform, {"earn": {"min_age": 16}})))
    _publish(platform, admin, city_admin, _proposal(platform, {"earn": {"max_age": 70}}))

    refused(city_admin.post(f"{path}/decision", {"ok": True}), "policy_outdated", 409)


def test_of_a_day_there_is_one_version_and_only_of_a_district(shared_platform: Platform) -> None:
    unit, day = shared_platform.units["d1"], "2026-03-02"

    refused(shared_platform.a.get("/v1/policies", on=day), "invalid_fields", 422)
    refused(shared_platform.a.get("/v1/policies", on=day, unit=unit, state="published"), "invalid_fields", 422)
    refused(shared_platform.a.get("/v1/policies", on=day, unit=unit, cursor="WyJ4Il0"), "invalid_fields", 422)


def test_rules_belong_to_a_district(platform: Platform) -> None:
    street = _proposal(platform, {}) | {"unit_id": platform.units["s1"]}
    refused(platform.a.put(f"/v1/policies/{new_id()}", street), "district_needed", 422)
    refused(platform.a.get("/v1/policies/current", unit=platform.units["city"]), "district_needed", 422)
    refused(platform.a.get("/v1/policies/current", unit=platform.units["d1"]), "record_not_found", 404)
    unknown = _proposal(platform, {}, preset="atlantis")
    refused(platform.a.put(f"/v1/policies/{new_id()}", unknown), "preset_unknown", 422)


def test_a_district_is_born_with_its_first_rules_proposed(platform: Platform) -> None:
    district = new_id()
    body = {
        "level": "district",
        "parent_id": platform.units["city"],
        "name_zh": "新区",
        "preset": "beijing",
        "policy": {"programme": {"monthly_budget_minutes": 6000}},
    }
    made = must(platform.a.put(f"/v1/organisation-units/{district}", body))

    refused(platform.a.post(f"/v1/policies/{made['policy_id']}/decision", {"ok": True}), "maker_is_checker", 403)
    published = must(platform.b.post(f"/v1/policies/{made['policy_id']}/decision", {"ok": True}))

    assert (published["effective"], published["preset"]) == ("2026-03-01", "beijing")
    assert published["parameters"]["order"]["review_required"] is True
    street = body | {"level": "street", "parent_id": platform.units["d1"]}
    refused(platform.a.put(f"/v1/organisation-units/{new_id()}", street), "district_needed", 422)


def test_no_default_lies_outside_its_own_bounds() -> None:
    book = read_rule_book()

    for parameter in book.parameters.values():
        parameter.refuse_unless_fits(parameter.default)
    with pytest.raises(ParameterOutOfBoundsError):
        Parameter(name="x.y", type="integer", default=1, minimum=0, maximum=2).refuse_unless_fits(3)


def test_rules_of_an_older_release_are_completed_and_carried_on(
    platform: Platform, admin: Caller, city_admin: Caller
) -> None:
    first = _publish(platform, admin, city_admin, _proposal(platform, {}, effective="2026-03-01"))
    with platform.database.transaction() as connection:
        older = "UPDATE policy SET parameters = parameters - 'death' WHERE policy_id = :policy_id"
        connection.execute(sa.text(older), {"policy_id": first["policy_id"]})

    current = must(platform.a.get("/v1/policies/current", unit=platform.units["k1"]))
    published = _publish(platform, admin, city_admin, _proposal(platform, {"earn": {"min_age": 16}}))

    assert current["parameters"]["death"] == read_rule_book().defaults()["death"]
    assert published["parameters"] == {
        **current["parameters"],
        "earn": {**current["parameters"]["earn"], "min_age": 16},
    }
    last = platform.events("PolicyPublished")[-1]
    assert json.loads(last.parameters_json) == published["parameters"]
