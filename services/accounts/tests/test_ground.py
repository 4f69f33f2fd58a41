"""What lies under the resources: rights, schema, races, documents, and that every refusal can be met."""

import ast
import threading
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import ProgrammingError

from libs.errors import Refusal
from libs.ids import new_id
from services.accounts.__main__ import main
from services.accounts.bootstrap import create_app, create_token_source
from services.accounts.core.store.tables import metadata
from services.accounts.core.store.vault import Vault, add_master_key, create_master_key_file
from services.accounts.due import OF_TWO_PEOPLE
from services.accounts.sign_in.tests.second_factors import caller_of, enrol
from services.accounts.tests.platform import Caller, Platform, must, refused, start_platform
from tests.support.postgres import FreshDatabase

TESTS = sorted(Path(__file__).parents[1].glob("**/tests/test_*.py"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET why = ''",
        "DELETE FROM access_log",
        "DELETE FROM status_change",
        "DELETE FROM person",
        "DELETE FROM policy",
        "DELETE FROM role_grant",
        "DELETE FROM consent",
        "DELETE FROM signing_key",
        "UPDATE command SET answer = NULL",
        "DELETE FROM outbox",
        "CREATE TABLE x ()",
    ],
)
def test_the_service_has_no_right_to(shared_platform: Platform, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        shared_platform.database.transaction() as connection,
    ):
        connection.execute(sa.text(statement))


def test_the_code_sees_the_tables_as_they_are(shared_platform: Platform) -> None:
    inspector = sa.inspect(shared_platform.database.engine)

    for table in metadata.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert set(found) == set(table.columns.keys()), table.name


def test_of_two_who_register_the_same_number_at_once_one_is_refused(platform: Platform) -> None:
    answers: list[int] = []
    ready = threading.Barrier(2)
    caller = platform.a

    def register(name: str) -> None:
        body = platform.person(name, id_number={"kind": "other", "number": "7"})
        client = Caller(platform.app.test_client(), caller.token)
        ready.wait(10)
        answers.append(client.put(f"/v1/persons/{new_id()}", body).status_code)

    threads = [threading.Thread(target=register, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == [201, 409]


def test_the_document_names_every_resource_and_which_are_open_to_all(shared_platform: Platform) -> None:
    document = must(shared_platform.client.get("/openapi.json"))

    assert document["openapi"] == "3.1.0"
    assert {"/v1/sessions", "/v1/persons/{person_id}", "/v1/policies/{policy_id}/decision"} <= set(document["paths"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert method == "parameters" or operation.get("summary"), (path, method)
    assert shared_platform.client.get("/metrics").status_code == 404
    answer = shared_platform.a.get("/v1/me")
    assert answer.headers["X-Request-Id"]


def test_the_roles_are_served_with_their_powers(shared_platform: Platform) -> None:
    roles = {one["role"]: one for one in must(shared_platform.a.get("/v1/roles"))["items"]}

    assert "confirm_record" in roles["checker"]["powers"]
    assert "decide_policy" not in roles["district_admin"]["powers"]
    assert all(power.startswith("view_") for power in roles["city_auditor"]["powers"])
    assert (roles["volunteer"]["is_staff"], roles["volunteer"]["powers"]) == (False, [])


def test_every_refusal_of_accounts_is_met_by_a_test() -> None:
    texts = "".join(path.read_text("utf-8") for path in TESTS)
    refusals = [kind for kind in _below(Refusal) if kind.__module__.startswith("services.accounts.")]

    assert len(refusals) > 30
    assert [kind.code for kind in refusals if f'"{kind.code}"' not in texts] == []


def _below(kind: type[Refusal]) -> list[type[Refusal]]:
    return [refusal for child in kind.__subclasses__() for refusal in (child, *_below(child))]


def test_no_test_is_without_an_assertion() -> None:
    for path in TESTS:
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                source = ast.unparse(function)
                assert any(word in source for word in ("assert ", "refused(", "must(", "raises(")), function.name


def test_a_new_master_key_takes_over_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path, person_id = tmp_path / "key", new_id()
    create_master_key_file(path)
    old = Vault.read(path)
    wrapped = old.new_wrapped_key(person_id)
    sealed = old.seal_fields({"x": 1}, person_id=person_id, wrapped=wrapped, master_key_id=old.key_id)

    key_id = add_master_key(path)
    new = Vault.read(path)

    assert new.key_id == key_id != old.key_id
    opened = new.open_fields(sealed, person_id=person_id, wrapped=wrapped, master_key_id=old.key_id)
    assert opened == {"x": 1}
    assert new.digest("phone", "1") == old.digest("phone", "1")
    assert new.open_secret(old.seal_secret(b"s", name="n"), name="n") == b"s"
    assert path.stat().st_mode & 0o777 == 0o600
    again = new.rewrapped_key(wrapped, person_id=person_id, master_key_id=old.key_id)
    assert new.open_fields(sealed, person_id=person_id, wrapped=again, master_key_id=key_id) == {"x": 1}
    with pytest.raises(InvalidTag):
        new.open_fields(sealed, person_id=new_id(), wrapped=wrapped, master_key_id=old.key_id)


def test_the_two_administrators_of_a_real_platform_are_made_on_the_machine_together_and_once(
    fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = start_platform(fresh_database("accounts"), tmp_path, demo=False)
    monkeypatch.setenv("ACCOUNTS_DATABASE_URL", platform.settings.database_url)
    monkeypatch.setenv("ACCOUNTS_MASTER_KEY_FILE", str(platform.settings.master_key_file))
    nameless = CliRunner().invoke(main, ["found-city"])
    monkeypatch.setenv("ACCOUNTS_CITY_NAME_ZH", "安吉市")
    monkeypatch.setenv("ACCOUNTS_CITY_NAME_EN", "Anji")
    first = ["首任", "first", "1980-01-01", "female", "a good password", "a good password"]
    second = ["次任", "second", "1981-01-01", "male", "another password", "another password"]

    def found(*people: list[str]) -> Result:
        typed = "".join(f"{answer}\n" for one in people for answer in one)
        return CliRunner().invoke(main, ["found-city"], input=typed)

    weak = found(["首任", "first", "1980-01-01", "female", "short", "short"])
    alone = found(first)
    twice = found(first, first)
    one_password = found(first, [*second[:4], *first[4:]])
    one_name = found(first, ["次任", "Ｆｉｒｓｔ", *second[2:]])
    early = CliRunner().invoke(main, ["add-administrator"], input="\n".join(first) + "\n")
    assert platform.rows("SELECT count(*) FROM person") == [(0,)]
    made = found(first, second)
    again = found(["三任", "third", *first[2:]], ["四任", "fourth", *second[2:]])
    rotated = CliRunner().invoke(main, ["rotate-keys"])

    assert (made.exit_code, rotated.exit_code) == (0, 0), made.output
    assert CliRunner().invoke(main, ["add-master-key"]).exit_code == 0
    assert CliRunner().invoke(main, ["rewrap-keys"]).output == "2 keys wrapped anew\n"
    assert CliRunner().invoke(main, ["rewrap-keys"]).output == "0 keys wrapped anew\n"
    platform.app = create_app(platform.settings, clock=platform.clock, database=platform.database)
    assert must(platform.sign_in("first").get("/v1/me"))["names"] == {"zh": "首任"}
    assert (weak.exit_code, "password_too_weak" in weak.output) == (1, True)
    assert (nameless.exit_code, "ACCOUNTS_CITY_NAME_ZH" in nameless.output) == (1, True)
    assert alone.exit_code != 0
    for refused_founding in (twice, one_password, one_name, early):
        assert (refused_founding.exit_code, "two_administrators_needed" in refused_founding.output) == (1, True)
    assert platform.sign_in("second", "another password").person_id
    assert (again.exit_code, "already_decided" in again.output) == (1, True)
    refused(platform.sign_in("first").get("/v1/access-log"), "second_factor_required", 403)
    admin = caller_of(platform, enrol(platform.sign_in("first"))[1])
    city = must(admin.get("/v1/organisation-units", level="city"))["items"][0]
    unit = {"level": "district", "parent_id": city["unit_id"], "name_zh": "东河区"}
    must(admin.put(f"/v1/organisation-units/{new_id()}", unit))
    refused(platform.client.post("/v1/sessions", json={"login": "harness-a", "password": "x"}), "sign_in_failed", 403)
    with pytest.raises(AssertionError):
        create_token_source(platform.settings, database=platform.database)
    platform.database.dispose()


def test_a_demonstration_speaks_for_its_invented_people(platform: Platform) -> None:
    person_id = platform.register("无密码", sign_in_name=None, password=None)
    token_of = create_token_source(platform.settings, database=platform.database)

    speaker = Caller(platform.client, token_of(UUID(person_id)))

    assert must(speaker.get("/v1/me"))["person_id"] == person_id


def test_every_act_of_two_people_is_found_when_it_lapses(shared_platform: Platform) -> None:
    """Whoever looks what falls due, which is often, reads an index and no table."""
    definition = "%(lapses_at) WHERE (state = 'proposed'::text)"
    indexed = shared_platform.rows("SELECT tablename FROM pg_indexes WHERE indexdef LIKE :of", of=definition)

    assert {table.name for table in OF_TWO_PEOPLE} == {name for (name,) in indexed}
