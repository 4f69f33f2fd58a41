"""Every field of every request is bounded: no schema of any service has a bare field of marshmallow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, fields, validate

from libs.http import fields as bounded
from services.accounts.imports.api import ImportedPersonSchema
from tests.support.apis import request_schemas

FIELDS_MIN = 200
NESTING = (fields.Nested, fields.List, fields.Dict)
BOUNDED = (
    bounded.Text, bounded.Choice, bounded.Whole, bounded.Truth, bounded.Day, bounded.Instant, bounded.Degrees,
    fields.UUID, fields.Enum, *NESTING,
)  # fmt: skip


def _leaves(schema: Schema, path: str) -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, field in schema.fields.items():
        yield from _parts(field, f"{path}.{name}")


def _parts(field: fields.Field[Any], path: str) -> Iterator[tuple[str, fields.Field[Any]]]:
    yield path, field
    if isinstance(field, fields.Nested):
        yield from _leaves(field.schema, path)
    if isinstance(field, fields.List):
        yield from _parts(field.inner, f"{path}[]")
    if isinstance(field, fields.Dict):
        assert field.key_field is not None, f"{path}: the names of an object are bounded too"
        yield from _parts(field.key_field, f"{path}.*")
        if field.value_field is not None:
            yield from _parts(field.value_field, f"{path}.*")


def _is_bounded(field: fields.Field[Any]) -> bool:
    if isinstance(field, fields.List):
        return any(isinstance(rule, validate.Length) and rule.max is not None for rule in field.validators)
    if isinstance(field, fields.Dict):
        return bool(field.validators)
    return isinstance(field, BOUNDED)


def test_every_field_of_every_request_is_bounded(apis: dict[str, Flask]) -> None:
    leaves = [
        leaf
        for app in apis.values()
        for operation, _, schema in request_schemas(app)
        for leaf in _leaves(schema, operation)
    ]
    leaves += _leaves(ImportedPersonSchema(), "a row of an import")

    assert len(leaves) > FIELDS_MIN
    assert sorted({path for path, field in leaves if not _is_bounded(field)}) == []


def test_a_number_of_a_query_is_read_from_digits_and_one_of_a_body_is_not(apis: dict[str, Flask]) -> None:
    wrong = [
        f"{operation} {path}"
        for app in apis.values()
        for operation, where, schema in request_schemas(app)
        for path, field in _leaves(schema, "")
        if isinstance(field, bounded.Whole) and field.in_query != (where == "query")
    ]

    assert wrong == []


def test_a_bare_field_would_be_found() -> None:
    class Planted(Schema):
        name = fields.String()
        when = fields.Nested({"day": fields.Date()})
        numbers = fields.List(bounded.Whole(1, 2))

    found = {path for path, field in _leaves(Planted(), "") if not _is_bounded(field)}

    assert found == {".name", ".when.day", ".numbers"}


NUL_TO_OVERRIDE = [
    "\0",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\ud83d",
    "\ufffe",
    "\n",
    "\t",
]


@pytest.mark.parametrize("hidden", NUL_TO_OVERRIDE)
def test_a_text_of_one_line_holds_nothing_hidden(hidden: str) -> None:
    with pytest.raises(ValidationError):
        bounded.Text(20).deserialize(f"a{hidden}b")


@pytest.mark.parametrize("shown", ["李 阿姨", "谢谢 \U0001f600", "👩‍👩‍👧", "José", "שלום", "\ue000", ""])
def test_what_people_write_is_text(shown: str) -> None:
    assert bounded.Text(20).deserialize(shown) == shown


def test_a_text_of_lines_holds_line_feeds_and_tabs_and_no_other_controls() -> None:
    field = bounded.Text(20, lines=True)

    assert field.deserialize("a\r\nb\tc") == "a\nb\tc"
    for hidden in ("\r", "\x0b", "\u2028", "\u202e"):
        with pytest.raises(ValidationError):
            field.deserialize(f"a{hidden}b")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (bounded.Day(), ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "2026-W01-1", "20260101"]),
        (bounded.Day(), ["٢٠٢٦-٠١-٠١", 20260101, None, [], "2026-01-01T00:00:00Z", "2026-02-30"]),
        (bounded.birth_day(), ["1899-12-31", "0001-01-01"]),
        (bounded.Instant(), ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00"]),
        (bounded.Instant(), ["1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "2026-01-01", 1, {}, "now"]),
        (bounded.Month(), ["0000-01", "0001-01", "9999-01", "2026-13", "2026-1", "2026-01\n", "２０２６-01", 202601]),
        (bounded.Whole(0, 10), [-1, 11, "5", 5.5, 1e300, float("nan"), True, None, 1 << 80, [], {}]),
        (bounded.Whole(0, 10, in_query=True), ["-1", "11", "٥", "5.0", "1e1", "", " 5", "1" * 5000]),
        (bounded.Truth(), ["true", 1, 0, "yes", None, []]),
        (bounded.Degrees(90), ["NaN", "91", 91, "1e1", "٤", True, None, [], "Infinity", "90.1"]),
        (bounded.Degrees(180), ["180.1", "181", 180.5, "-181"]),
        (bounded.Choice(["a"]), ["b", None, [], {}, 1]),
    ],
)  # fmt: skip
def test_what_lies_outside_is_refused(field: fields.Field[Any], wrong: list[Any]) -> None:
    for value in wrong:
        with pytest.raises(ValidationError):
            field.deserialize(value)


def test_what_lies_inside_is_read() -> None:
    assert bounded.Instant().deserialize("2026-01-01T08:00:00+08:00") == datetime(2026, 1, 1, tzinfo=UTC)
    assert bounded.Day().deserialize("2100-12-31").year == 2100
    assert bounded.birth_day().deserialize("1900-01-01").year == 1900
    assert bounded.Month().deserialize("2000-01") == "2000-01"
    assert bounded.Whole(0, 10, in_query=True).deserialize("10") == 10
    assert bounded.Whole(0, 10).deserialize(10.0) == 10
    assert str(bounded.Degrees(180).deserialize("-179.999999999999999")) == "-179.999999999999999"
    assert bounded.Degrees(90).deserialize(31) == 31


def _closed_words(schema: type[Schema]) -> dict[str, set[Any]]:
    return {
        name: {choice for rule in field.validators if isinstance(rule, validate.OneOf) for choice in rule.choices}
        for name, field in schema().fields.items()
        if isinstance(field, fields.String)
    }


def _words_lost(schema: type[Schema]) -> set[str]:
    """Return the words of an inherited field that the schema itself would not allow."""
    own = _closed_words(schema)
    return {
        f"{schema.__name__}.{name}: {word}"
        for base in schema.__bases__
        if issubclass(base, Schema) and base is not Schema
        for name, words in _closed_words(base).items()
        if words and own.get(name)
        for word in words - own[name]
    }


def _schemas_below(schema: type[Schema]) -> Iterator[type[Schema]]:
    for below in schema.__subclasses__():
        yield below
        yield from _schemas_below(below)


@pytest.mark.usefixtures("apis")
def test_what_is_one_of_two_kinds_may_say_the_words_of_both() -> None:
    of_several = [
        schema
        for schema in set(_schemas_below(Schema))
        if schema.__module__.startswith(("services.", "libs."))
        and sum(issubclass(base, Schema) for base in schema.__bases__) > 1
    ]

    assert of_several
    assert sorted(word for schema in of_several for word in _words_lost(schema)) == []


def test_a_lost_word_would_be_found() -> None:
    class Order(Schema):
        state = fields.String(validate=validate.OneOf(["published"]))

    class Alarm(Schema):
        state = fields.String(validate=validate.OneOf(["escalated"]))

    class Waiting(Order, Alarm):
        pass

    assert _words_lost(Waiting) == {"Waiting.state: escalated"}
