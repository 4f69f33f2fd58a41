"""A version of the rules is complete when it is read, and its types and defaults are those of the parameter list."""

from datetime import date
from typing import Any
from uuid import UUID

from libs.ids import new_id
from libs.programme.generate_policy import PARAMETERS, generated
from libs.programme.policy import Policy, Stored, completed, default_parameters

DISTRICT = new_id()


def read(stored: Stored, *, district_id: UUID = DISTRICT, version: int = 1) -> Policy:
    return Policy.read(stored, district_id=district_id, version=version, effective=date(2026, 3, 2))


def test_the_types_are_what_the_parameter_list_gives() -> None:
    assert PARAMETERS.read_text(encoding="utf-8") == generated(), "run `make proto`"


def test_a_rule_reads_a_parameter_by_its_name() -> None:
    policy = read({"confirm": {"auto_after_hours": 48}, "verify": {"verified_by": [["door_code"]]}})

    assert policy.confirm.auto_after_hours == 48
    assert policy.verify.verified_by == (("door_code",),)
    assert (policy.district_id, policy.version) == (DISTRICT, 1)


def test_a_version_of_an_older_release_is_completed_with_todays_defaults() -> None:
    old: dict[str, dict[str, object]] = {
        "earn": {"daily_cap_minutes": 120, "balance_cap_minutes": None},
        "gone": {"parameter": 1},
    }

    shown, policy = completed(old), read(old)

    defaults = default_parameters()
    assert shown["earn"] == {**defaults["earn"], "daily_cap_minutes": 120, "balance_cap_minutes": None}
    assert shown["death"] == defaults["death"]
    assert shown["gone"] == {"parameter": 1}
    assert (policy.earn.daily_cap_minutes, policy.earn.balance_cap_minutes) == (120, None)
    assert policy.earn.hard_daily_max_minutes == defaults["earn"]["hard_daily_max_minutes"]
    assert policy.death == read({}).death


def test_a_parameter_that_no_release_knows_any_more_is_left_out() -> None:
    assert read({"earn": {"gone": 1}}) == read({})


def test_a_complete_version_stays_as_it_is() -> None:
    assert completed(default_parameters()) == default_parameters()
    assert read(default_parameters()) == read({})


def test_the_policys_coefficient_comes_before_the_catalogues() -> None:
    stored: dict[str, dict[str, Any]] = {"coef": {"table": {"A1": 150}}}

    assert read(stored).coefficient_percent("A1", listed_percent=100) == 150
    assert read(stored).coefficient_percent("A2", listed_percent=120) == 120
