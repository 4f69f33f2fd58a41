"""The glossary's words are the code's: what it replaced is no name any more."""

from __future__ import annotations

import pytest

from tests.architecture import words
from tests.architecture.tree import Source, python_sources


@pytest.mark.parametrize(
    "planted",
    ["class Clerk: ...", "def speak_for(person: Person) -> None: ...", "fallen = due", "self._had_one = True"],
)
def test_the_check_finds_what_is_planted(planted: str) -> None:
    assert list(words.replaced_words(Source("planted.py", planted)))


def test_the_check_finds_a_module() -> None:
    assert list(words.replaced_words(Source("services/orders/core/keeping.py", "")))


def test_no_name_is_a_word_that_was_replaced() -> None:
    assert [violation for source in python_sources() for violation in words.replaced_words(source)] == []


@pytest.mark.parametrize("name", words.VAGUE_NAMES_MAX)
def test_variables_that_say_nothing_become_fewer(name: str) -> None:
    assert words.vague_names(python_sources())[name] <= words.VAGUE_NAMES_MAX[name]
