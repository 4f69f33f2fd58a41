"""Sign-in names that look like another, hold what nobody sees, or are somebody's number."""

import pytest

from services.accounts.core.refusals import SignInNameInvalidError
from services.accounts.core.rules.identity import canonical_name, canonical_phone
from services.accounts.core.rules.sign_in_names import canonical_sign_in_name, skeleton


@pytest.mark.parametrize("name", ["li.min", "张三", "张三2", "zhang_san 2", "买买提·江", "བསོད་ནམས", "min@k1", "김철수"])
def test_names_of_the_country_are_taken(name: str) -> None:
    assert canonical_sign_in_name(name, own_number=None) == canonical_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "ad\u200bmin",
        "ad\u200dmin",
        "\u202eadmin",
        "admin\u2066",
        "admin\ufeff",
        "admin\u00ad",
        "admin\x00",
        "аdmin",
        "αdmin",
        "сосо",
        "admin\u0663",
        "admin|",
        "admin①\u20dd",
        "ﺎmin",
        " ",
        "\u3164",
        "",
    ],
)
def test_what_nobody_sees_and_look_alikes_are_refused(name: str) -> None:
    with pytest.raises(SignInNameInvalidError):
        canonical_sign_in_name(name, own_number=None)


@pytest.mark.parametrize(
    ("one", "other"), [("admin", "ＡＤＭＩＮ"), ("admin", "ádmín"), ("co01", "cool"), ("a b", "ab")]
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(canonical_sign_in_name(one, own_number=None)) == skeleton(
        canonical_sign_in_name(other, own_number=None)
    )


@pytest.mark.parametrize("name", ["13800000001", "138 0000-0001", "+86 138 0000 0001", "１３８０００００００１"])
def test_a_number_is_a_name_of_its_owner_only(name: str) -> None:
    assert canonical_phone(name) == "13800000001"
    assert canonical_sign_in_name(name, own_number="13800000001")
    for own in (None, "13900000009"):
        with pytest.raises(SignInNameInvalidError):
            canonical_sign_in_name(name, own_number=own)
