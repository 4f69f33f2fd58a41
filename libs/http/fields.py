"""The fields that requests are made of. Each is bounded, and what passes can be stored, computed with and shown.

A schema of a request uses these and no bare field of marshmallow; a test walks all schemas and looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.text import may_be_shown

FIRST_YEAR, LAST_YEAR = 2000, 2100
FIRST_BIRTH_YEAR = 1900
LINES_MAX = 500
CURSOR_MAX = 400
PAGE_MAX = 200
PAGE_DEFAULT = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_YEARS = "(20[0-9]{2}|2100)"
_YEARS_OF_BIRTH = "(19[0-9]{2}|20[0-9]{2}|2100)"
_TURNING = r"\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff"
_PATTERN_OF_A_LINE = rf"^[^\u0000-\u001f\u007f-\u009f{_TURNING}]*$"
_PATTERN_OF_LINES = rf"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f{_TURNING}]*$"
MONTH_PATTERN = f"^{_YEARS}-(0[1-9]|1[0-2])$"


class Text(fields.String):
    """Text of bounded length without hidden characters; of one line unless `lines`."""

    default_error_messages = {"hidden": "Holds characters that cannot be shown."}  # noqa: RUF012 - marshmallow's way

    def __init__(self, longest: int, *, shortest: int = 0, pattern: str | None = None, **options: Any) -> None:
        self.lines = bool(options.pop("lines", False))
        rules: list[Any] = [validate.Length(shortest, longest), *([validate.Regexp(pattern)] if pattern else [])]
        shown = {} if pattern else {"pattern": _PATTERN_OF_LINES if self.lines else _PATTERN_OF_A_LINE}
        super().__init__(validate=rules, metadata=shown | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        text = text.replace("\r\n", "\n") if self.lines else text
        if not may_be_shown(text, lines=self.lines):
            raise self.make_error("hidden")
        return text


class Choice(fields.String):
    """One of a few words."""

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        super().__init__(validate=validate.OneOf(choices), **options)


class Whole(fields.Integer):
    """A whole number between two bounds; as a number of JSON, or as digits where a query gives it."""

    def __init__(self, least: int, most: int, *, in_query: bool = False, **options: Any) -> None:
        self.in_query = in_query
        super().__init__(validate=validate.Range(least, most), **options)

    def _validated(self, value: Any) -> int:
        if self.in_query and isinstance(value, str) and _NUMBER.fullmatch(value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)  # JSON knows one kind of number: 30.0 is 30.
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


class Truth(fields.Boolean):
    """True or false, in no other words."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:  # noqa: ARG002 - its base's
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Day(fields.Date):
    """A day of the years that the platform knows."""

    default_error_messages = {"range": "The year must be between {first} and {last}."}  # noqa: RUF012 - marshmallow's way

    def __init__(self, *, first_year: int = FIRST_YEAR, **options: Any) -> None:
        self.first_year = first_year
        years = _YEARS if first_year == FIRST_YEAR else _YEARS_OF_BIRTH
        super().__init__(format="iso", metadata={"pattern": f"^{years}-"} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        day = super()._deserialize(value, attr, data, **more)
        if not self.first_year <= day.year <= LAST_YEAR:
            raise self.make_error("range", first=self.first_year, last=LAST_YEAR)
        return day


class Instant(fields.AwareDateTime):
    """An instant with its offset, in the years that the platform knows."""

    default_error_messages = {"range": "The year must be between {first} and {last}."}  # noqa: RUF012 - marshmallow's way

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", metadata={"pattern": f"^{_YEARS}-"} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        instant = super()._deserialize(value, attr, data, **more)
        # The year as written comes first: an instant in the first or last days of all can have no other offset.
        if not FIRST_YEAR <= instant.year <= LAST_YEAR or not FIRST_YEAR <= instant.astimezone(UTC).year <= LAST_YEAR:
            raise self.make_error("range", first=FIRST_YEAR, last=LAST_YEAR)
        return instant


class Month(Text):
    """A month, YYYY-MM, of the years that the platform knows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(len("2000-01"), pattern=MONTH_PATTERN, **options)


class Degrees(fields.Decimal):
    """Degrees from the equator (`most` 90) or from Greenwich (180), as a number or as decimal text."""

    def __init__(self, most: int, **options: Any) -> None:
        whole = {
            90: r"([0-8]?\d(\.\d{1,15})?|90(\.0{1,15})?)",
            180: r"((\d{1,2}|1[0-7]\d)(\.\d{1,15})?|180(\.0{1,15})?)",
        }
        self._pattern = re.compile(f"^-?{whole[most]}$", re.ASCII)
        shown = {"type": ["number", "string"], "pattern": self._pattern.pattern, "minimum": -most, "maximum": most}
        super().__init__(
            validate=validate.Range(-most, most),
            metadata=shown | options.pop("metadata", {}),
            **options,
        )

    def _validated(self, value: Any) -> Decimal:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number and not (isinstance(value, str) and self._pattern.fullmatch(value)):
            raise self.make_error("invalid")
        number: Decimal = super()._validated(value)
        return number


def choice_of(kind: type[StrEnum], **options: Any) -> fields.Enum[StrEnum]:
    """Return a field of one of an enumeration's values."""
    return fields.Enum(kind, by_value=True, **options)


def word_of(words: Iterable[str], **options: Any) -> fields.String:
    """Return a field of an answer that is one of an enumeration's values, or of some words."""
    return fields.String(validate=validate.OneOf([str(word) for word in words]), **options)


def shown_minutes(what: str, **options: Any) -> fields.Integer:
    """Return a field of an answer that is whole minutes, and of what."""
    return fields.Integer(metadata={"description": f"Whole minutes: {what}"}, **options)


def birth_day(**options: Any) -> Day:
    """Return a field of a day on which somebody living may have been born."""
    return Day(first_year=FIRST_BIRTH_YEAR, **options)


def page_limit(*, default: int = PAGE_DEFAULT, most: int = PAGE_MAX) -> Whole:
    """Return the field `limit` of a list's query."""
    return Whole(1, most, in_query=True, load_default=default)


def page_cursor() -> Text:
    """Return the field `cursor` of a list's query; the list's own `Cursor` reads what it holds."""
    return Text(CURSOR_MAX, load_default=None)


def one_of(*names: str) -> Any:
    """Return the rule of a schema that exactly one of some fields is given; the API document says it too.

    `whose = one_of("person", "district", "unit")`
    """

    @validates_schema
    def refuse_unless_one(_schema: Schema, terms: dict[str, object], **_: object) -> None:
        if sum(terms.get(name) is not None for name in names) != 1:
            raise ValidationError(f"Give one of: {', '.join(names)}.")

    refuse_unless_one.one_of = names  # type: ignore[attr-defined]  # a mark read below
    return refuse_unless_one


def choices_of(schema: Schema | type[Schema]) -> list[tuple[str, ...]]:
    """Return the fields of a schema of which exactly one is given."""
    kind = schema if isinstance(schema, type) else type(schema)
    marked = {name: getattr(getattr(kind, name, None), "one_of", None) for name in dir(kind)}
    return [names for names in marked.values() if names]


def object_of(longest: int, **options: Any) -> fields.Dict:
    """Return a field of an object whose names are not known here, but bounded in number and length."""

    def bounded(value: dict[str, object]) -> None:
        if len(value) > longest:
            raise ValidationError(f"Longer than maximum length {longest}.")

    return fields.Dict(keys=Text(100, shortest=1), validate=bounded, **options)
