"""Who was erased or sealed after a copy of the database was made."""

from libs.ids import new_id
from services.accounts.erasure.usecases import end_again, ended_persons
from services.accounts.tests.platform import Platform, must, refused


def test_who_was_erased_or_sealed_after_a_copy_was_made_is_so_again_when_it_is_restored(
    platform: Platform,
) -> None:
    erased, sealed, other = (platform.register(name, roles=["volunteer"]) for name in ("小花", "小敏", "小兰"))
    ended = [
        {"person_id": erased, "status": "erased", "erase_on": ""},
        {"person_id": sealed, "status": "sealed", "erase_on": "2036-02-28"},
        {"person_id": str(new_id()), "status": "erased", "erase_on": ""},
    ]

    with platform.database.transaction() as connection:
        first = end_again(connection, ended, platform.clock.now())
    with platform.database.transaction() as connection:
        second = end_again(connection, ended, platform.clock.now())
        listed = ended_persons(connection)

    assert (first, second) == (2, 0)
    assert sorted(listed, key=str) == sorted(ended[:2], key=str)
    assert must(platform.a.get(f"/v1/persons/{erased}"))["status"] == "erased"
    assert must(platform.a.get(f"/v1/persons/{sealed}"))["status"] == "sealed"
    assert must(platform.a.get(f"/v1/persons/{other}"))["status"] == "active"
    assert platform.rows("SELECT count(*) FROM person_key WHERE person_id = :id", id=erased) == [(0,)]
    assert sorted(fact.status for fact in platform.events("PersonErased")) == ["erased", "sealed"]
    answer = platform.client.post("/v1/sessions", json={"login": "小敏", "password": "a good password"})
    refused(answer, "sign_in_failed", 403)
