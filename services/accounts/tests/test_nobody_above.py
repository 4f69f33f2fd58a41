"""Nobody acts on a person whose role is not below their own in the same branch: every route and every use case."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from uuid import UUID

import pytest

from libs.ids import new_id
from libs.programme.words import RANKS, STAFF_ROLES, Role
from services.accounts.core.rules.roles import RolePlace, may_sign_about, stands_above
from services.accounts.deputies.rules import DEPUTISED
from services.accounts.tests.platform import Caller, Document, Platform, must, refused

ACCOUNTS = Path(__file__).parents[1]
QUESTIONS = ACCOUNTS / "core" / "usecases" / "authorise.py"
USECASES = [path for path in (*ACCOUNTS.glob("*/usecases.py"), *ACCOUNTS.glob("*/usecases/*.py")) if path != QUESTIONS]
PASSES = {"require_over", "require_above", "is_above", "may_sign_about", "_require_either", "_require_above_either"}
PASSES |= {"_require_own_wish_or_over", "_require_signature", "_require_second", "require_witness", "lock_below"}
"""Calls by which a use case asks whether who acts stands above whom it is about."""
OWN_OR_NOBODY = {
    "view_person": "looking opens nothing, and is logged for its owner",
    "view_by_order": "the two sides of an order see each other",
    "view_by_grant": "a relative sees the name of whom they act for",
    "may_ask_for": "a question about the grant of whoever asks",
    "grant_to_ask_for": "as above",
    "keep_photo": "one's own",
    "look_at_photo": "looking, by an order in hand, is logged for its owner",
    "list_findings": "a list of what was found about somebody",
    "list_proposals": "a list of the numbers proposed for somebody",
    "register_device": "one's own device",
    "list_resets": "a list of the resets proposed for a second factor",
    "close_and_tell": "after decide_reset asked, or one's own",
    "whose_acts": "a list of what was done for somebody",
    "complain": "what was done to oneself, or what a person said to be written down",
    "add_member": "belonging to a group of volunteers gives nobody anything of the person's",
    "remove_member": "nor does leaving it take anything",
    "status_if_ended": "of the sealed and erased, staff see that much",
    "register_person": "somebody who is not there yet",
    "refuse_unrecordable": "a rule of registering",
    "change_number": "after change_details or decide_number asked",
    "enrol": "after register_person or import_people asked",
    "refuse_ungrantable": "a rule that grant_role and decide_role ask after require_above",
}
"""Use cases that name a person and act on none."""
REACH_ALONE = {"register_person", "_take_back", "_require_reach", "keep_consent", "_refuse_member", "complain"}
"""New people; one's own proposal; the word of whom one acts for, beside the act's own question.

Whom a group of volunteers takes in keeps all that is theirs. Of a relation's two, one must stand below
(_require_above_either).
"""
CITY, DISTRICT, STREET, COMMUNITY, OTHER = (UUID(int=number) for number in range(1, 6))
PATHS = {
    "city": (CITY,),
    "d1": (CITY, DISTRICT),
    "s1": (CITY, DISTRICT, STREET),
    "k1": (CITY, DISTRICT, STREET, COMMUNITY),
    "d2": (CITY, OTHER),
}


def _at(*roles: str) -> list[RolePlace]:
    places = (text.split("@") for text in roles)
    return [RolePlace(Role(role), PATHS[unit]) for role, unit in places]


@pytest.mark.parametrize(
    ("mine", "theirs", "above", "signs"),
    [
        (["coordinator@k1"], [], True, True),
        (["coordinator@k1"], ["volunteer@k1"], True, True),
        (["coordinator@k1"], ["coordinator@k1"], False, False),
        (["coordinator@k1"], ["operator@k1"], False, False),
        (["coordinator@k1"], ["city_admin@city"], False, False),
        (["checker@s1"], ["coordinator@k1"], True, True),
        (["checker@k1"], ["coordinator@s1"], False, False),
        (["district_admin@d1"], ["checker@s1", "coordinator@k1"], True, True),
        (["district_admin@d1"], ["coordinator@d2"], False, False),
        (["district_admin@d1"], ["district_admin@d1"], False, False),
        (["district_admin@d1"], ["city_auditor@city"], False, False),
        (["city_admin@city"], ["district_admin@d1", "coordinator@d2"], True, True),
        (["city_admin@city"], ["city_admin@city"], False, True),
        (["city_admin@city"], ["city_auditor@city"], False, True),
        (["city_auditor@city"], ["city_admin@city"], False, True),
        (["checker@s1", "operator@d1"], ["coordinator@d1"], False, False),
    ],
)
def test_who_stands_above_whom(mine: list[str], theirs: list[str], above: bool, signs: bool) -> None:
    assert stands_above(_at(*mine), _at(*theirs)) is above
    assert may_sign_about(_at(*mine), _at(*theirs)) is signs


def test_every_role_has_a_rank() -> None:
    assert set(RANKS) == set(Role)
    assert all((RANKS[role] > 0) == (role in STAFF_ROLES) for role in Role)


def test_every_use_case_about_a_person_asks_who_stands_above() -> None:
    asked: set[str] = set()
    forgotten: set[str] = set()
    for path in USECASES:
        for function in ast.parse(path.read_text("utf-8")).body:
            if isinstance(function, ast.FunctionDef) and _acts_on_a_person(function):
                (asked if _calls(function) & PASSES else forgotten).add(function.name)

    assert len(asked) >= 15
    assert forgotten == set(OWN_OR_NOBODY) & forgotten, forgotten - set(OWN_OR_NOBODY)


def test_who_asks_for_a_power_where_somebody_lives_asks_who_stands_above() -> None:
    """Whatever the arguments of a use case are called: reaching a person's home is not enough."""
    alone = {
        function.name
        for path in (*USECASES, QUESTIONS)
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef) and _asks_by_home(function) and not _calls(function) & PASSES
    }

    assert alone == REACH_ALONE


def _asks_by_home(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "require_power"
        and not (isinstance(call.args[2], ast.Constant) and call.args[2].value == "view_person")
        and any(isinstance(argument, ast.Attribute) and argument.attr == "home_unit_id" for argument in call.args)
        for call in ast.walk(function)
    )


def _acts_on_a_person(function: ast.FunctionDef) -> bool:
    """Tell whether a public use case is given an act and a person, or loads one."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    is_act = any(isinstance(a.annotation, ast.Name) and a.annotation.id == "CommandContext" for a in arguments)
    names_one = any(a.arg in ("person_id", "registration") for a in arguments)
    return is_act and not function.name.startswith("_") and (names_one or bool(_calls(function) & {"lock_person"}))


def _calls(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls if isinstance(f, ast.Attribute | ast.Name)}


def _acts(person: str, made: dict[str, str], platform: Platform) -> dict[str, Document | None]:
    """Return every act of staff on a person, by method and path; None where the body is empty or there is none."""
    units, one = platform.units, f"/v1/persons/{person}"
    return {
        f"POST {one}/details": {"address": "x"},
        f"POST {one}/move": {"home_unit_id": units["k2"]},
        f"POST {one}/qualifications": {"training": True},
        f"POST {one}/suspension": {"why": "x"},
        f"POST {one}/reinstatement": {"why": "x"},
        f"PUT {one}/deaths/{new_id()}": {"died": "2026-02-01"},
        f"POST /v1/deaths/{made['death']}/confirmation": {"ok": True},
        f"POST {one}/erasure": {},
        f"PUT {one}/assessments/{new_id()}": {"grade": "mild"},
        f"PUT {one}/hardships/{new_id()}": {"categories": []},
        f"POST /v1/assessments/{made['assessment']}/confirmation": {"ok": True},
        f"POST /v1/hardships/{made['hardship']}/confirmation": {"ok": True},
        f"PUT {one}/roles/{new_id()}": {"role": "volunteer", "unit_id": units["k1"]},
        f"POST {one}/roles/{made['proposal']}/decision": {"ok": True},
        f"DELETE {one}/roles/{made['role']}": None,
        f"PUT {one}/identity-sightings/{new_id()}": {"document": "other"},
        f"PUT {one}/phone-changes/{new_id()}": {"phone_number": "13900000002"},
        f"POST {one}/phone-changes/{made['number']}/decision": {"ok": True},
        f"POST {one}/phone-number/confirmation": {"code": "123456"},
        f"PUT {one}/second-factor-resets/{new_id()}": None,
        f"POST {one}/second-factor-resets/{new_id()}/decision": {"ok": True},
        f"PUT /v1/relations/{new_id()}": {"person_id": person, "relative_id": made["peer"], "kind": "child"},
        f"POST /v1/relations/{made['relation']}/confirmation": {"ok": True},
        f"DELETE /v1/relations/{made['relation']}": None,
        f"PUT /v1/acting-grants/{new_id()}": platform.grant(person, made["peer"]),
        f"DELETE /v1/acting-grants/{made['grant']}": None,
        f"POST /v1/complaints/{made['complaint']}/answer": {"upheld": True, "reason": "x"},
        f"PUT /v1/deputies/{new_id()}": {"grant_id": made["lent"], "deputy_id": made["peer"]} | AWAY,
        f"POST /v1/deputies/{made['deputyship']}/decision": {"ok": True},
        f"DELETE /v1/deputies/{made['deputyship']}": None,
        f"PUT /v1/handovers/{new_id()}": {"from_id": person, "to_id": made["peer"], "unit_id": units["k1"]},
    }


MADE = ("assessment", "hardship", "proposal", "number", "relation", "grant", "death", "complaint", "deputyship")
OF_A_ROLE = ("role", "lent", "deputyship")
AWAY = {"begins_on": "2026-03-10", "ends_on": "2026-03-11", "reason": "leave"}
NO_ACT_ON_A_PERSON = {
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/sign-in-codes",
    "POST /v1/me/password",
    "POST /v1/me/photo",
    "DELETE /v1/me/photo",
    "PUT /v1/organisation-units/{}",
    "POST /v1/organisation-units/{}/names",
    "PUT /v1/policies/{}",
    "POST /v1/policies/{}/decision",
    "PUT /v1/imports/{}",
    "PUT /v1/persons/{}",
    "PUT /v1/complaints/{}",
    "PUT /v1/groups/{}",
    "POST /v1/groups/{}/leader",
    "POST /v1/groups/{}/members/{}",
    "DELETE /v1/groups/{}/members/{}",
    "DELETE /v1/groups/{}",
    "POST /v1/gateway/receipts",  # What a machine says of a message, to whomever it went.
    # One's own second factor, and the second step of signing in.
    "POST /v1/sessions/second-factor",
    "POST /v1/me/second-factor",
    "POST /v1/me/second-factor/first-code",
    "POST /v1/me/second-factor/recovery-codes",
    "POST /v1/me/second-factor/removal",
    # One's own devices, and signing in by one of them.
    "POST /v1/me/devices",
    "POST /v1/me/devices/{}/revocation",
    "POST /v1/sessions/requests",
    "POST /v1/sessions/requests/result",
    "POST /v1/sessions/requests/{}/decision",
    # Of somebody who is no person yet, and holds nothing; the second signature makes them one.
    "POST /v1/applications/codes",
    "POST /v1/applications/tickets",
    "PUT /v1/applications/{}",
    "POST /v1/applications/own",
    "POST /v1/applications/withdrawal",
    "POST /v1/applications/{}/identity",
    "POST /v1/applications/{}/agreement",
    "POST /v1/applications/{}/training",
    "POST /v1/applications/{}/refusal",
    "PUT /v1/applications/{}/admissions/{}",
    "POST /v1/applications/{}/admissions/{}/decision",
    # That somebody was called; their words and their rights are as before.
    "POST /v1/call-list/{}/outcome",
    # Of the dead; require_witness all the same.
    "PUT /v1/deaths/{}/mistakes/{}",
    "POST /v1/deaths/{}/mistakes/{}/decision",
}
"""The other routes: a new one stands here or among the acts, or this test fails."""


@pytest.fixture
def all_below(platform: Platform) -> Caller:
    """A member of staff with every role below the city's."""
    caller = platform.staff("全能", "coordinator", "k1")
    for role, unit in (("checker", "s1"), ("operator", "d1"), ("district_admin", "d1")):
        platform.appoint(caller.person_id, role, unit)
    return caller


def _target(platform: Platform, role: str, unit: str) -> tuple[str, dict[str, str]]:
    """Return somebody who lives in k1 with everything made that could be decided about them, and then a staff role."""
    person = platform.register("上司", phone_number="13800000001", roles=["recipient"])
    peer = platform.register("同事", phone_number="13700000003")
    made = {name: str(new_id()) for name in MADE}
    one = f"/v1/persons/{person}"
    must(platform.a.put(f"{one}/assessments/{made['assessment']}", {"grade": "mild"}))
    must(platform.a.put(f"{one}/hardships/{made['hardship']}", {"categories": []}))
    must(platform.a.put(f"{one}/deaths/{made['death']}", {"died": "2026-02-01"}))
    relation = {"person_id": person, "relative_id": peer, "kind": "child", "verified": True}
    must(platform.a.put(f"/v1/relations/{made['relation']}", relation))
    must(platform.a.put(f"/v1/acting-grants/{made['grant']}", platform.grant(person, peer)))
    complaint = {"about": "other", "words": "Nobody came."}
    must(platform.sign_in("上司").put(f"/v1/complaints/{made['complaint']}", complaint))
    for seer in (platform.a, platform.b):
        must(seer.put(f"{one}/identity-sightings/{new_id()}", {"document": "resident"}))
    must(platform.a.put(f"{one}/roles/{made['proposal']}", {"role": "operator", "unit_id": platform.units["s1"]}))
    must(platform.a.put(f"{one}/phone-changes/{made['number']}", {"phone_number": "13900000009"}))
    made["peer"] = peer
    if Role(role) not in DEPUTISED:  # Nobody stands in for the city's: they hold another role too, which is lent.
        made["lent"] = platform.appoint(person, "coordinator", "k1")
        platform.appoint(peer, "coordinator", "k1")
    made["role"] = platform.appoint(person, role, unit)
    platform.appoint(peer, role, unit)
    made.setdefault("lent", made["role"])
    absence = {"grant_id": made["lent"], "deputy_id": peer} | AWAY
    must(platform.sign_in("上司").put(f"/v1/deputies/{made['deputyship']}", absence))
    return person, made


@pytest.mark.parametrize(("role", "unit"), [("city_admin", "city"), ("district_admin", "d1"), ("coordinator", "k3")])
def test_no_act_of_staff_reaches_a_person_who_is_not_below(
    platform: Platform, all_below: Caller, role: str, unit: str
) -> None:
    person, made = _target(platform, role, unit)

    for act, body in _acts(person, made, platform).items():
        method, path = act.split(" ", 1)
        before = platform.rows("SELECT version, status FROM person WHERE person_id = :id", id=UUID(person))
        headers = all_below._headers(new_id()) | {"If-Match": str(before[0][0])}
        answer = platform.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code == 403, (act, answer.get_json())
        # A role that is held where none of theirs reaches is out of their scope in the first place.
        is_of_a_role = any(made[name] in f"{path} {body}" for name in OF_A_ROLE)
        codes = {"person_not_below"} | ({"out_of_scope"} if is_of_a_role else set())
        assert answer.get_json()["code"] in codes, (act, answer.get_json())
        assert platform.rows("SELECT version, status FROM person WHERE person_id = :id", id=UUID(person)) == before


def test_every_route_that_changes_something_is_tried_or_named(platform: Platform) -> None:
    made = dict.fromkeys((*MADE, "role", "lent", "peer"), str(new_id()))
    tried = {_template(act) for act in _acts(str(new_id()), made, platform)}

    assert _routes(platform) - NO_ACT_ON_A_PERSON == tried


def _routes(platform: Platform) -> set[str]:
    changing = {"PUT", "POST", "DELETE", "PATCH"}
    return {
        f"{method} {re.sub('<[^>]*>', '{}', rule.rule)}"
        for rule in platform.app.url_map.iter_rules()
        for method in (rule.methods or set()) & changing
        if rule.rule.startswith("/v1/")
    }


def _template(act: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{}", act)


def test_staff_do_not_act_on_themselves(platform: Platform, all_below: Caller) -> None:
    one = f"/v1/persons/{all_below.person_id}"
    version = platform.rows("SELECT version FROM person WHERE person_id = :id", id=UUID(all_below.person_id))[0][0]
    for path, body in (
        ("details", {"names": {"zh": "另名"}}),
        ("details", {"household": "别家"}),
        ("move", {"home_unit_id": platform.units["k2"]}),
        ("qualifications", {"training": True}),
        ("suspension", {"why": "x"}),
    ):
        headers = all_below._headers(new_id()) | {"If-Match": str(version)}
        refused(platform.client.post(f"{one}/{path}", json=body, headers=headers), "maker_is_checker", 403)
