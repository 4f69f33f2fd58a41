"""What is logged stands in docs/logs.md, under names that never change with what happened."""

from __future__ import annotations

import pytest

from tests.architecture import logged
from tests.architecture.tree import Source, python_sources


def test_every_name_is_a_constant_in_snake_case() -> None:
    lines = logged.ours()

    assert len(lines) > 40
    assert [line.place for line in lines if line.name is None or not logged.NAME.fullmatch(line.name)] == []


def test_the_document_has_every_name_with_its_level_and_what_it_means() -> None:
    text = logged.DOCUMENT.read_text("utf-8")

    assert logged.expected(text, logged.ours()) == text, "run `make rules-doc`"
    assert [name for name, meaning in logged.meanings(text).items() if not meaning] == []


def test_no_error_is_logged_in_its_own_words() -> None:
    sources = [source for source in python_sources() if source.path.startswith(logged.TOLD_OF)]

    assert [source.path for source in sources if "error=repr(" in source.text] == []


@pytest.mark.parametrize(
    "planted",
    ['get_logger().info(f"order_{number}")', "get_logger().error(words)", 'log.warning("order %s", number)'],
)
def test_a_name_that_changes_is_seen(planted: str) -> None:
    (line,) = logged.lines_of([Source("services/x.py", planted)])

    assert line.name is None
