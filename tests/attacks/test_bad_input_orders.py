"""Bad input to orders: a no that is read, a field that decides something or is refused, numbers beyond their column."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from marshmallow import Schema, fields

from libs.contracts.events import orders as wire
from libs.db import Database
from libs.http.lists import Listing, Sorted
from libs.ids import new_id
from services.orders.tests.harness import OrdersHarness, named, outcome
from tests.support.postgres import FreshDatabase

SERVICE = Path(__file__).resolve().parents[2] / "services" / "orders"
SAID = ("acting_for", "consent", "why")


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[OrdersHarness]:
    database = Database(fresh_database("orders").app)
    yield OrdersHarness(database)
    database.dispose()


def settled(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:02")
    world.act("lan", "r1", "confirmation")
    assert world.act("coord", "r1", "approval") == ""


def test_a_no_reverses_nothing_and_closes_the_proposal(world: OrdersHarness) -> None:
    settled(world)
    path = f"/v1/orders/{named('r1')}/reversal/{named('v1')}"
    world.call("PUT", "coord", path, {"why": "false_hours"})

    first = outcome(world.call("POST", "check", f"{path}/decision", {"ok": False, "why": "she was there"}))
    again = outcome(world.call("POST", "check_b", f"{path}/decision", {"ok": True}))

    assert (first, again) == ("", "already_decided")
    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("settled", 62)
    assert world.said(wire.HoursReversed) == []
    (kept,) = world.call("GET", "cadmin", f"/v1/orders/{named('r1')}/evidence").get_json()["reversals"]
    assert (kept["accepted"], kept["decision_why"]) == (False, "she was there")


def test_a_refused_reversal_may_be_proposed_anew(world: OrdersHarness) -> None:
    settled(world)
    path = f"/v1/orders/{named('r1')}/reversal/"
    world.call("PUT", "coord", f"{path}{named('v1')}", {"why": "false_hours"})
    world.call("POST", "check", f"{path}{named('v1')}/decision", {"ok": False, "why": "she was there"})
    world.call("PUT", "coord", f"{path}{named('v2')}", {"why": "false_hours"})

    assert outcome(world.call("POST", "check", f"{path}{named('v2')}/decision", {"ok": True})) == ""
    assert world.state("r1") == "reversed"


def test_a_no_takes_no_older_record_over(world: OrdersHarness) -> None:
    path = f"/v1/service-records/{named('rec')}"
    body = {"person_id": str(named("min")), "minutes": 6000, "served_on": "2026-03-01", "scan": "sha256:aa"}
    world.call("PUT", "admin", path, body)

    first = world.call("POST", "cadmin", f"{path}/decision", {"ok": False, "why": "unreadable"}).get_json()
    again = outcome(world.call("POST", "cadmin", f"{path}/decision", {"ok": True}))

    kept = world.call("GET", "admin", path).get_json()
    assert (first["state"], kept["decision_why"], kept["scan"], again) == (
        "declined", "unreadable", "sha256:aa", "already_decided",
    )  # fmt: skip
    assert world.served("min")["total_minutes"] == 0
    assert world.said(wire.ServiceTimeRecorded) == []


def test_the_second_person_named_by_a_decider_is_the_one_who_signs(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    world.act("check", "r1", "decision", {"minutes": 40, "why": "camera", "second": str(named("check_b"))})

    answers = [world.act(who, "r1", "decision/confirmation", {"ok": True}) for who in ("admin", "check", "check_b")]

    assert answers == ["not_authorised", "maker_is_checker", ""]
    assert world.served("min")["total_minutes"] == 40


def test_a_no_of_the_second_person_leaves_the_dispute_to_be_decided_again(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    world.act("check", "r1", "decision", {"minutes": 40, "why": "camera", "second": str(named("check_b"))})

    assert world.act("check_b", "r1", "decision/confirmation", {"ok": False, "why": "it shows two"}) == ""
    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("disputed", 62)
    assert world.act("check_b", "r1", "decision/confirmation", {"ok": True}) == "wrong_order_state"
    assert world.act("check_b", "r1", "decision", {"minutes": 62, "why": "as reported"}) == ""
    assert world.state("r1") == "settled"


@pytest.mark.parametrize("act", ["approval", "second-check", "rejection", "offers", "call-back", "decision"])
def test_who_signs_signs_in_their_own_right(world: OrdersHarness, act: str) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")

    assert world.act("coord", "r1", act, {"acting_for": str(named("lan"))}) == "invalid_fields"


def test_a_certificate_holds_more_minutes_than_an_integer(world: OrdersHarness) -> None:
    line = {"person_id": named("min"), "minutes": 2_000_000_000, "evidence_class": "verified"}
    insert = sa.text(
        "INSERT INTO service_record (record_id, person_id, kind, minutes, evidence_class, served_on, recorded_at)"
        " VALUES (:record_id, :person_id, 'imported', :minutes, :evidence_class, '2026-01-01', now())"
    )
    with world.database.transaction() as connection:
        connection.execute(insert, [line | {"record_id": new_id()} for _ in range(2)])

    found = world.call("PUT", "min", f"/v1/certificates/{named('c1')}", {"person_id": str(named("min"))})

    assert (found.status_code, found.get_json()["minutes"]) == (201, 4_000_000_000)


# Every field is read


def functions_in(*patterns: str) -> dict[str, ast.AST]:
    """Return the functions of the service's modules by their names."""
    paths = [path for pattern in patterns for path in sorted(SERVICE.glob(pattern))]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


EDGE = functions_in("core/api/*.py", "*/api.py")
USE_CASES = functions_in("*/usecases.py", "*/usecases/*.py")


def reached(node: ast.AST, known: dict[str, ast.AST]) -> list[ast.AST]:
    """Return the functions among `known` that a function names, and those that they name."""
    found: dict[str, ast.AST] = {}
    left = [node]
    while left:
        for inner in ast.walk(left.pop()):
            name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
            if name in known and name not in found:
                found[name] = known[name]
                left.append(known[name])
    return list(found.values())


def words_in(nodes: list[ast.AST]) -> set[str]:
    """Return the constants that functions name: the keys of what was sent."""
    return {
        n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def listed_in(nodes: list[ast.AST]) -> set[str]:
    """Return what the declared lists that functions name read of a query: their words, and which page."""
    named_there = {ast.unparse(n) for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)}
    found: set[str] = set()
    for path in sorted(SERVICE.glob("*/api.py")):
        edge = vars(importlib.import_module(f"services.orders.{path.parent.name}.api"))
        for name in named_there:
            thing = edge.get(name.partition(".")[0])
            for part in name.split(".")[1:]:
                thing = vars(thing).get(part) if type(thing) is ModuleType else None
            if issubclass(type(thing), Listing | Sorted):
                found |= {*getattr(thing, "narrowed", ()), "limit", "cursor"}
    return found


def said_in(nodes: list[ast.AST]) -> set[str]:
    """Return what use cases read of a call: for whom, with which consent, why."""
    named_there = {n.attr for node in nodes for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    read = {name for name in SAID if name in named_there}
    read |= {"acting_for"} if "subject_id" in named_there else set()
    return read | ({"why"} | ({"consent"} & read) if "step" in named_there else set())


def requests() -> Iterator[tuple[str, type[Schema], ast.FunctionDef]]:
    """Give every method of the edge with the schema of what is sent to it."""
    for path in sorted(SERVICE.glob("*/api.py")):
        edge = importlib.import_module(f"services.orders.{path.parent.name}.api")
        for kind in (node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)):
            for method in (node for node in kind.body if isinstance(node, ast.FunctionDef)):
                for mark in (m for m in method.decorator_list if isinstance(m, ast.Call)):
                    if isinstance(mark.func, ast.Attribute) and mark.func.attr == "arguments":
                        schema = eval(ast.unparse(mark.args[0]), vars(edge))
                        yield f"{path.parent.name}.{kind.name}.{method.name}", schema, method


def names_of(schema: type[Schema]) -> set[str]:
    """Return the fields of a schema, of those within it too."""
    found = set(schema._declared_fields)
    for field in schema._declared_fields.values():
        if isinstance(field, fields.Nested) and type(field.schema).__module__.startswith("services.orders."):
            found |= names_of(type(field.schema))
    return found


@pytest.mark.parametrize(
    ("name", "schema", "method"), list(requests()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_field_of_a_request_is_read_by_a_use_case(
    name: str, schema: type[Schema], method: ast.FunctionDef
) -> None:
    body: list[ast.AST] = [ast.Module(method.body, [])]
    edge = [*body, *(node for node in reached(body[0], EDGE) if getattr(node, "name", "") != "call_of")]
    use_cases = [found for node in edge for found in reached(node, USE_CASES)]

    read = (words_in(edge) - set(SAID)) | (words_in(body) & set(SAID)) | said_in([*use_cases, *body])
    read |= listed_in(edge)

    assert names_of(schema) - read == set(), f"{name} takes fields that nobody reads"
