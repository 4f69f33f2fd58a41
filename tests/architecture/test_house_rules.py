"""The tree keeps the house rules, and each rule finds a violation planted for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import rules
from tests.architecture.tree import Source, python_sources

Rule = Callable[[Source], Iterator[str]]

PLANTED: list[tuple[Rule, str]] = [
    (rules.too_long, "\n" * (rules.FILE_LINES_MAX + 1)),
    (rules.too_long, "def long() -> None:\n" + "    print()\n" * rules.FUNCTION_LINES_MAX),
    (rules.fractions_of_minutes, "served_minutes: float = 0"),
    (rules.fractions_of_minutes, "minutes = hours * 1.5"),
    (rules.fractions_of_minutes, "order.minutes = total / 2"),
    (rules.fractions_of_minutes, "def price_minutes() -> float: ..."),
    (rules.fractions_of_minutes, "def pay(minutes: Decimal) -> None: ..."),
    (rules.fractions_of_minutes, 'sa.Column("amount_minutes", sa.Float, nullable=False)'),
    (rules.fractions_of_minutes, "pay(minutes=float(text))"),
    (rules.fractions_of_minutes, 'answer = {"minutes": seconds / 60}'),
    (rules.empty_words, "def handle(event: Event) -> None: ..."),
    (rules.empty_words, "def process_order(order: Order) -> None: ..."),
    (rules.empty_words, "class HoldManager: ..."),
    (rules.empty_words, "def approve(data: object) -> None: ..."),
    (rules.empty_words, "for item in rows: ..."),
    (rules.chains_of_kinds, "def pay(a): return isinstance(a, Gift) or isinstance(a, Goods) or isinstance(a, Grant)"),
    (rules.chains_of_kinds, "def pay(a): return isinstance(a, Gift | Goods | Grant)"),
    (rules.chains_of_kinds, "def pay(a):\n match a:\n  case Gift() | Goods(): ...\n  case Grant(): ..."),
    (rules.cursors_by_hand, "BY_START = Cursor(start=an_instant, order_id=an_id)"),
    (rules.cursors_by_hand, "query.where(sa.tuple_(orders.c.start_at, orders.c.order_id) > sa.tuple_(*after))"),
    (rules.cursors_by_hand, 'after = BY_START.read(query["cursor"])'),
    (rules.outside_imports, "from services.orders.core.rules import order"),
    (rules.outside_imports, "import psycopg"),
]


@pytest.mark.parametrize(("rule", "text"), PLANTED)
def test_each_rule_finds_what_is_planted_for_it(rule: Rule, text: str) -> None:
    planted = Source("planted.py", text)

    assert list(rule(planted))


@pytest.mark.parametrize("rule", [rules.too_long, rules.fractions_of_minutes, rules.empty_words])
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    broken = [violation for source in python_sources() for violation in rule(source)]

    assert broken == []


def test_no_service_asks_a_value_again_and_again_which_class_it_has() -> None:
    services = [
        source for source in python_sources() if source.path.startswith("services/") and "/tests/" not in source.path
    ]

    assert services
    assert [violation for source in services for violation in rules.chains_of_kinds(source)] == []


def test_lists_are_declared_and_no_service_pages_by_hand() -> None:
    """The ledger alone does: `libs.http.lists` says why."""
    services = [
        source for source in python_sources() if source.path.startswith("services/") and "/tests/" not in source.path
    ]
    declared = [one for one in services if not one.path.startswith(("services/ledger/", "services/web/"))]

    assert declared
    assert [violation for source in declared for violation in rules.cursors_by_hand(source)] == []


def test_the_scenario_runner_knows_only_the_public_api() -> None:
    runner = [source for source in python_sources() if source.path.startswith("tests/scenarios/")]

    assert runner
    assert [violation for source in runner for violation in rules.outside_imports(source)] == []
