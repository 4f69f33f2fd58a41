"""A version of the rules is complete when it is read, and its defaults are those of the parameter list."""

from libs.programme.policy import DEFAULTS, completed, default_parameters
from libs.programme.policy.generate import generated


def test_the_defaults_are_what_the_parameter_list_gives() -> None:
    assert DEFAULTS.read_text(encoding="utf-8") == generated(), "run `make proto`"


def test_a_version_of_an_older_release_is_completed_with_todays_defaults() -> None:
    old: dict[str, dict[str, object]] = {
        "earn": {"daily_cap_minutes": 120, "balance_cap_minutes": None},
        "gone": {"parameter": 1},
    }

    read = completed(old)

    defaults = default_parameters()
    assert read["earn"] == {**defaults["earn"], "daily_cap_minutes": 120, "balance_cap_minutes": None}
    assert read["death"] == defaults["death"]
    assert read["gone"] == {"parameter": 1}
    assert read.keys() == defaults.keys() | {"gone"}


def test_a_complete_version_stays_as_it_is() -> None:
    assert completed(default_parameters()) == default_parameters()
