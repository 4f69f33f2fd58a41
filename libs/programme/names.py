"""What a screen shows beside an id: what a unit is called, in the caller's language; one statement for a whole list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields

from libs.db import Connection
from libs.http.language import named
from libs.programme.directory import names_of_units

ID, NAME = "_id", "_name"


def shown_name() -> fields.String:
    """Return a field of an answer that is what something is called."""
    return fields.String(
        allow_none=True, metadata={"description": "In the caller's language; null where it is unknown"}
    )


def name_field(id_field: str) -> str:
    """Return the field of the name that stands beside an id: `unit_name` beside `unit_id`."""
    return id_field.removesuffix(ID) + NAME


def unit_names(connection: Connection, unit_ids: Sequence[UUID | None]) -> dict[UUID, str | None]:
    """Return what units are called, in the caller's language; one that nobody told of is left out."""
    return {unit_id: named(*names) for unit_id, names in names_of_units(connection, unit_ids).items()}


def with_unit_names(connection: Connection, rows: Sequence[Mapping[str, Any]], *id_fields: str) -> list[dict[str, Any]]:
    """Return rows with a name beside each of these ids of units, which may be text."""
    ids = {(number, field): _id(row.get(field)) for number, row in enumerate(rows) for field in id_fields}
    names = unit_names(connection, list(ids.values()))
    return [
        {**row, **{name_field(field): names.get(ids[number, field]) for field in id_fields}}  # type: ignore[arg-type]  # None is no key
        for number, row in enumerate(rows)
    ]


def _id(value: object) -> UUID | None:
    return value if isinstance(value, UUID) or value is None else UUID(str(value))
