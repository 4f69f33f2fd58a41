"""The API document names the codes of every operation: those that its code can raise, found anew and compared.

`make api` writes them (`WRITE_API=1`).
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from libs.contracts.api import FOLDER, problem_codes, problem_words
from libs.errors import ConflictError, ForbiddenError, Refusal, RuleError
from libs.http import problems
from libs.http.commands import KeptRefusal
from libs.http.openapi import METHODS
from libs.http.problems import HTTP_CODES
from libs.http.refusals_told import EVERY
from libs.translation import in_both
from tests.architecture.messages import refusals
from tests.contracts.api.raised import Calls, Kind

PLACEHOLDERS = (Refusal, RuleError, ConflictError, KeptRefusal)
"""Bases and stand-ins that are not answered themselves."""


def raised_codes(apis: dict[str, Flask]) -> dict[str, list[str]]:
    """Return the codes of every operation, and those of all."""
    calls, codes = Calls(), {EVERY: set[str]()}
    for app in apis.values():
        for check in app.before_request_funcs[None]:
            codes[EVERY] |= set(_codes(calls.raised_from(inspect.unwrap(check))))
        for rule in app.url_map.iter_rules():
            view = getattr(app.view_functions[rule.endpoint], "view_class", None)
            for method in METHODS if view else ():
                act = getattr(view, method, None)
                if act is not None:
                    name = act._apidoc["manual_doc"]["operationId"]
                    codes[name] = set(_codes(calls.raised_from(inspect.unwrap(act), view)))
    return {name: sorted(ones - codes[EVERY] if name != EVERY else ones) for name, ones in sorted(codes.items())}


def _codes(kinds: set[Kind]) -> Iterator[str]:
    for kind in kinds:
        if issubclass(kind, Refusal) and kind not in PLACEHOLDERS:
            yield kind.code
        elif issubclass(kind, HTTPException) and kind.code in HTTP_CODES:
            yield HTTP_CODES[kind.code][0]


def test_the_document_names_the_codes_that_the_code_can_raise(apis: dict[str, Flask]) -> None:
    codes = raised_codes(apis)

    if os.environ.get("WRITE_API"):
        (FOLDER / "problems.json").write_text(json.dumps(codes, indent=1) + "\n", "utf-8")
        problem_codes.cache_clear()
    assert codes == problem_codes(), "run `make api`"


def test_the_words_of_every_code_are_written_down_in_both_languages() -> None:
    words = {code: in_both(english, module=problems.__name__) for code, english in HTTP_CODES.values()}
    words |= {refusal.code: in_both(refusal.english, module=refusal.home) for refusal in refusals()}

    if os.environ.get("WRITE_API"):
        text = json.dumps(words, indent=1, ensure_ascii=False, sort_keys=True)
        (FOLDER / "words.json").write_text(text + "\n", "utf-8")
        problem_words.cache_clear()
    assert words == problem_words(), "run `make api`"


class _PlantedError(ForbiddenError):
    code = "planted"


class _Shelf:
    def take(self) -> None:
        raise _PlantedError


class _Library:
    def __init__(self) -> None:
        self.shelf = _Shelf()


LIBRARY = _Library()


def _planted_in_a_module() -> None:
    LIBRARY.shelf.take()


def _planted(shelves: list[_Shelf]) -> object:
    def later() -> None:
        for shelf in shelves:
            shelf.take()

    return later


def _caught(shelf: _Shelf) -> None:
    try:
        del shelf
    except _PlantedError:
        return


@pytest.mark.parametrize(
    ("function", "codes"), [(_planted, {"planted"}), (_planted_in_a_module, {"planted"}), (_caught, set())]
)
def test_a_refusal_is_found_through_types_and_closures_and_not_where_it_is_caught(
    function: object, codes: set[str]
) -> None:
    assert inspect.isfunction(function)
    assert set(_codes(Calls().raised_from(function))) == codes
