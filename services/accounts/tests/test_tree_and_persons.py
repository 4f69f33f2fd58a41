"""The tree, registering, roles, and who may do what where."""

from datetime import timedelta

import pytest

from libs.ids import new_id
from services.accounts.tests.platform import Platform, must, refused


def test_a_unit_is_placed_published_and_listed(platform: Platform) -> None:
    found = must(platform.a.get("/v1/organisation-units", level="community", limit=2))

    assert len(found["items"]) == 2
    rest = must(platform.a.get("/v1/organisation-units", level="community", limit=2, cursor=found["next"]))
    assert {unit["name_zh"] for unit in found["items"] + rest["items"]} == {"k1", "k2", "k3"}
    assert rest["next"] is None
    states = {state.name_zh: state for state in platform.events("OrgUnitState")}
    assert states["k1"].district_id == platform.units["d1"]
    assert states["示范市"].parent_id == ""


@pytest.mark.parametrize(
    ("level", "parent"), [("street", "city"), ("district", "s1"), ("community", "d1"), ("city", "city")]
)
def test_a_unit_under_the_wrong_parent_is_refused(shared_platform: Platform, level: str, parent: str) -> None:
    body = {"level": level, "parent_id": shared_platform.units[parent], "name_zh": "x"}

    refused(shared_platform.a.put(f"/v1/organisation-units/{new_id()}", body), "unit_level_wrong", 422)


def test_a_district_administrator_changes_units_of_their_district_only(platform: Platform) -> None:
    admin = platform.staff("admin", "district_admin", "d1")

    must(
        admin.put(
            f"/v1/organisation-units/{new_id()}",
            {"level": "community", "parent_id": platform.units["s1"], "name_zh": "新社区"},
        )
    )
    other = {"level": "community", "parent_id": platform.units["s2"], "name_zh": "x"}
    refused(admin.put(f"/v1/organisation-units/{new_id()}", other), "out_of_scope", 403)
    renamed = must(admin.post(f"/v1/organisation-units/{platform.units['k1']}/names", {"name_zh": "春晖社区"}))
    assert renamed["name_zh"] == "春晖社区"


def test_an_unknown_unit_is_not_found(platform: Platform) -> None:
    refused(platform.a.get(f"/v1/organisation-units/{new_id()}"), "unit_not_found", 404)
    nowhere = platform.person("x") | {"home_unit_id": str(new_id())}
    refused(platform.a.put(f"/v1/persons/{new_id()}", nowhere), "unit_not_found", 404)


def test_a_registered_person_is_published_without_name_or_number(platform: Platform) -> None:
    person_id = platform.register(
        "王秀兰",
        roles=["recipient", "volunteer"],
        phone_number="138 0013 8000",
        home={"latitude": "31.230449", "longitude": 121.47},
        household="三号楼二单元",
        id_number={"kind": "resident", "number": "11010519491231002x"},
        training=True,
        insured_until="2027-03-01",
        visit_risk="key",
    )

    [state] = platform.states_of(person_id)
    assert (state.home_latitude_millideg, state.home_longitude_millideg) == (31230, 121470)
    assert (state.district_id, state.visit_listed_on) == (platform.units["d1"], "2026-03-01")
    assert {role.role for role in state.roles} == {"recipient", "volunteer"}
    assert state.roles[0].unit_id == platform.units["k1"]
    assert state.qualifications.insured_until == "2027-03-01"
    [registered] = [fact for fact in platform.events("PersonRegistered") if fact.person_id == person_id]
    assert registered.volunteer
    payloads = b"".join(bytes(payload) for [payload] in platform.rows("SELECT payload FROM outbox"))
    assert all(text.encode() not in payloads for text in ("王秀兰", "13800138000", "11010519491231002", "三号楼"))


def test_personal_fields_lie_sealed_in_the_database_and_open_only_with_the_key(platform: Platform) -> None:
    person_id = platform.register("赵大明", phone_number="13911112222", address="和平街 7 号")

    secrets = f"赵大明|13911112222|和平街|{'赵大明'.encode().hex()}"
    for table in ("person", "person_identity", "person_index", "person_key", "credential", "command", "access_log"):
        found = platform.rows(f"SELECT count(*) FROM {table} AS t WHERE t::text ~ :secrets", secrets=secrets)
        assert found[0][0] == 0, table
    mine = must(platform.sign_in("赵大明").get("/v1/me"))
    assert (mine["names"], mine["phone_number"], mine["address"]) == ({"zh": "赵大明"}, "13911112222", "和平街 7 号")
    assert mine["person_id"] == person_id


def test_the_same_registration_again_gives_the_same_answer_and_one_person(platform: Platform) -> None:
    person_id = str(new_id())
    body = platform.person("李一")

    first = must(platform.a.put(f"/v1/persons/{person_id}", body))
    again = must(platform.a.put(f"/v1/persons/{person_id}", body))

    assert first == again
    assert len(platform.states_of(person_id)) == 1
    refused(platform.a.put(f"/v1/persons/{person_id}", body | {"sex": "male"}), "id_reused", 409)
    refused(platform.b.put(f"/v1/persons/{person_id}", body), "id_reused", 409)


def test_the_same_identity_number_is_registered_once(platform: Platform) -> None:
    number = {"kind": "other", "number": "AB 123"}
    platform.register("甲", id_number=number)

    body = platform.person("乙", id_number={"kind": "other", "number": "ab123"})
    refused(platform.a.put(f"/v1/persons/{new_id()}", body), "person_exists", 409)


def test_a_sign_in_name_belongs_to_one_person(platform: Platform) -> None:
    platform.register("同名")

    refused(platform.a.put(f"/v1/persons/{new_id()}", platform.person("同名")), "sign_in_name_taken", 409)


def test_housemates_share_a_telephone_but_one_of_them_signs_in_with_it(platform: Platform) -> None:
    platform.register("老王", phone_number="02155556666")

    platform.register("老伴", phone_number="02155556666", sign_in_name=None, password=None)
    third = platform.person("孙子", phone_number="02155556666")
    refused(platform.a.put(f"/v1/persons/{new_id()}", third), "phone_number_taken", 409)
    assert platform.sign_in("021-5555-6666").person_id


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"id_number": {"kind": "resident", "number": "110105194912310021"}}, "id_number_invalid", 400),
        ({"phone_number": "not a number"}, "phone_number_invalid", 400),
        ({"born": "2026-03-02"}, "date_impossible", 422),
        ({"born": "1899-12-31"}, "invalid_fields", 422),
        ({"password": "short"}, "invalid_fields", 422),
        ({"sex": "unknown"}, "invalid_fields", 422),
        ({"roles": ["coordinator"]}, "invalid_fields", 422),
        ({"certificates": ["flying"]}, "invalid_fields", 422),
        ({"home": {"latitude": "91", "longitude": "0"}}, "invalid_fields", 422),
        ({"home_unit_id": "nowhere"}, "invalid_fields", 422),
        ({"nickname": "x"}, "invalid_fields", 422),
    ],
)
def test_a_wrong_registration_is_refused_and_changes_nothing(
    shared_platform: Platform, change: dict[str, object], code: str, status: int
) -> None:
    before = shared_platform.rows("SELECT count(*) FROM person")

    refused(shared_platform.a.put(f"/v1/persons/{new_id()}", shared_platform.person("某人") | change), code, status)

    assert shared_platform.rows("SELECT count(*) FROM person") == before


def test_people_with_a_role_live_below_a_district(platform: Platform) -> None:
    body = platform.person("城里人", unit="city", roles=["volunteer"])

    refused(platform.a.put(f"/v1/persons/{new_id()}", body), "district_needed", 422)


def test_staff_register_people_where_their_role_reaches(platform: Platform) -> None:
    operator = platform.staff("话务员", "operator", "d1")
    nobody = platform.sign_in("话务员二") if platform.register("话务员二") else operator

    must(operator.put(f"/v1/persons/{new_id()}", platform.person("近")))
    refused(operator.put(f"/v1/persons/{new_id()}", platform.person("远", unit="k3")), "out_of_scope", 403)
    refused(nobody.put(f"/v1/persons/{new_id()}", platform.person("谁")), "not_authorised", 403)


def test_registering_for_somebody_needs_their_consent_recorded(platform: Platform) -> None:
    operator = platform.staff("话务员", "operator", "d1")
    person_id = str(new_id())
    acting = {"acting_for": person_id, "why": "来电"}
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "老人来电请求登记"}

    refused(operator.put(f"/v1/persons/{person_id}", platform.person("张") | acting), "consent_missing", 403)
    other = str(new_id())
    must(operator.put(f"/v1/persons/{other}", platform.person("张") | acting | {"acting_for": other, "consent": said}))
    assert platform.rows("SELECT how, words, why FROM consent") == [("phone", "老人来电请求登记", "来电")]


def test_a_granter_grants_only_at_units_their_own_role_reaches(platform: Platform) -> None:
    admin = platform.staff("admin", "district_admin", "d1")
    person_id = platform.register("新协调员")
    path = f"/v1/persons/{person_id}/roles"

    grant = platform.appoint(person_id, "coordinator", "k1")
    elsewhere = {"role": "coordinator", "unit_id": platform.units["k3"]}
    refused(admin.put(f"{path}/{new_id()}", elsewhere), "out_of_scope", 403)
    above = {"role": "city_admin", "unit_id": platform.units["city"]}
    refused(admin.put(f"{path}/{new_id()}", above), "out_of_scope", 403)
    coordinator = platform.sign_in("新协调员")
    spread = {"role": "coordinator", "unit_id": platform.units["k1"]}
    refused(coordinator.put(f"{path}/{new_id()}", spread), "not_authorised", 403)
    assert [role.role for role in platform.states_of(person_id)[-1].roles] == ["coordinator"]

    must(admin.delete(f"{path}/{grant}"))
    assert not platform.states_of(person_id)[-1].roles
    refused(admin.delete(f"{path}/{grant}"), "already_decided", 409)
    # The role ended for accounts at once, whatever the token still says.
    refused(coordinator.put(f"/v1/persons/{new_id()}", platform.person("晚了")), "not_authorised", 403)


def test_nobody_grants_a_role_to_themselves(platform: Platform) -> None:
    admin = platform.staff("admin", "district_admin", "d1")
    body = {"role": "checker", "unit_id": platform.units["s1"]}

    refused(admin.put(f"/v1/persons/{admin.person_id}/roles/{new_id()}", body), "self_grant", 403)


@pytest.mark.parametrize(
    ("role", "unit", "code"),
    [
        ("city_admin", "d1", "role_unit_mismatch"),
        ("city_auditor", "s1", "role_unit_mismatch"),
        ("district_admin", "s1", "role_unit_mismatch"),
        ("volunteer", "k2", "role_unit_mismatch"),
    ],
)
def test_a_role_is_held_at_units_of_its_level(shared_platform: Platform, role: str, unit: str, code: str) -> None:
    person_id = shared_platform.register("某人", sign_in_name=None, password=None)

    answer = shared_platform.a.put(
        f"/v1/persons/{person_id}/roles/{new_id()}", {"role": role, "unit_id": shared_platform.units[unit]}
    )

    refused(answer, code, 422)


def test_an_auditor_holds_no_other_staff_role(platform: Platform) -> None:
    auditor = platform.staff("审计员", "city_auditor", "city")
    checker = platform.staff("复核员", "checker", "s1")

    # Nobody stands above the auditor, so nobody alone gives them another role to begin with.
    for person, role, unit, code, status in (
        (auditor, "checker", "s1", "person_not_below", 403),
        (checker, "city_auditor", "city", "role_conflict", 422),
    ):
        body = {"role": role, "unit_id": platform.units[unit]}
        refused(platform.a.put(f"/v1/persons/{person.person_id}/roles/{new_id()}", body), code, status)


def test_an_auditor_reads_everything_and_is_refused_every_command(platform: Platform) -> None:
    auditor = platform.staff("审计员", "city_auditor", "city")
    person_id = platform.register("某人")

    assert must(auditor.get(f"/v1/persons/{person_id}"))["names"] == {"zh": "某人"}
    refused(auditor.put(f"/v1/persons/{new_id()}", platform.person("x")), "not_authorised", 403)
    refused(auditor.post(f"/v1/persons/{person_id}/suspension"), "not_authorised", 403)


def test_the_same_role_twice_is_refused(platform: Platform) -> None:
    coordinator = platform.staff("协调员", "coordinator", "k1")
    body = {"role": "coordinator", "unit_id": platform.units["k1"]}

    refused(platform.a.put(f"/v1/persons/{coordinator.person_id}/roles/{new_id()}", body), "already_decided", 409)


def test_who_becomes_a_volunteer_later_is_announced_once(platform: Platform) -> None:
    person_id = platform.register("后来者")
    path = f"/v1/persons/{person_id}/roles"
    body = {"role": "volunteer", "unit_id": platform.units["k1"]}

    grant = must(platform.a.put(f"{path}/{new_id()}", body))
    must(platform.a.delete(f"{path}/{grant['grant_id']}"))
    must(platform.a.put(f"{path}/{new_id()}", body))

    facts = [fact for fact in platform.events("PersonRegistered") if fact.person_id == person_id]
    assert [fact.volunteer for fact in facts] == [False, True]


def test_every_look_at_personal_data_is_logged_for_its_owner(platform: Platform) -> None:
    coordinator = platform.staff("协调员", "coordinator", "k1")
    stranger = platform.staff("外区", "coordinator", "k3", home="k3")
    person_id = platform.register("王奶奶", phone_number="13800001111")
    owner = platform.sign_in("王奶奶")

    must(coordinator.get(f"/v1/persons/{person_id}", why="来访"))
    [listed] = must(coordinator.get("/v1/persons", q="13800001111"))["items"]
    refused(stranger.get(f"/v1/persons/{person_id}"), "out_of_scope", 403)
    assert must(stranger.get("/v1/persons", q="王奶奶"))["items"] == []

    assert (listed["name"], listed["phone_number"]) == ("王**", "*******1111")
    log = must(owner.get("/v1/access-log"))["items"]
    assert [(view["viewer_id"], view["what"], view["why"]) for view in log] == [
        (coordinator.person_id, "list", "search"),
        (coordinator.person_id, "person", "来访"),
    ]
    refused(owner.get(f"/v1/persons/{coordinator.person_id}"), "not_authorised", 403)
    refused(owner.get("/v1/persons"), "not_authorised", 403)
    refused(owner.get(f"/v1/persons/{new_id()}"), "not_authorised", 403)
    refused(coordinator.get(f"/v1/persons/{new_id()}"), "person_not_found", 404)
    refused(stranger.get("/v1/access-log", person=person_id), "out_of_scope", 403)


def test_a_list_is_paged_and_filtered(platform: Platform) -> None:
    names = {f"志愿者{number}" for number in range(5)}
    for name in names:
        platform.register(name, roles=["volunteer"], sign_in_name=None, password=None)
    query = {"unit": platform.units["d1"], "role": "volunteer", "status": "active", "limit": 3}

    first = must(platform.a.get("/v1/persons", **query))
    second = must(platform.a.get("/v1/persons", **query, cursor=first["next"]))

    assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 2, None)
    assert len({person["person_id"] for person in first["items"] + second["items"]}) == 5
    refused(platform.a.get("/v1/persons", cursor="nonsense"), "cursor_invalid", 400)
    refused(platform.a.get("/v1/persons", limit=201), "invalid_fields", 422)


def test_time_is_the_platforms(platform: Platform) -> None:
    platform.move(timedelta(days=1))

    person_id = platform.register("次日", visit_risk="high")

    assert platform.states_of(person_id)[0].visit_listed_on == "2026-03-02"
