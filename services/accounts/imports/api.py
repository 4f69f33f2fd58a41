"""Imports of people from JSON, CSV and XLSX with a report per row; exports of those in the caller's scope."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import IO, Any
from uuid import UUID

from flask import Response, request, send_file
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields

from libs.errors import InvalidError
from libs.http import accepts, current_actor, reading
from libs.http.fields import Choice
from libs.http.framing import BODY_MAX_BYTES
from libs.http.openapi import takes_content
from libs.ids import id_from_cause
from libs.programme.refusals import RecordNotFoundError
from libs.text import shown
from services.accounts.core.edge import command, opened, store_on, transaction
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.schemas import Answer, Body
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.core.usecases.authorise import require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.imports.gateways.sheets import CSV_TYPE, ROWS_MAX, XLSX_TYPE, write_csv, write_xlsx
from services.accounts.imports.importer import LoadRow
from services.accounts.imports.schemas import ImportAnswer
from services.accounts.imports.store import ImportStore
from services.accounts.imports.usecases.export_people import EXPORT_COLUMNS, export_people
from services.accounts.imports.usecases.import_people import RowReport, WrongRow, accept_import
from services.accounts.persons.api.persons import registration_of
from services.accounts.persons.schemas import PersonFieldsSchema
from services.accounts.persons.usecases.register_person import Registration

blueprint = Blueprint("tables", __name__, description="Imports and exports / 导入导出")
TOLD_MAX = 200
SPOOLED_BYTES_MAX = 1 << 20
"""What is longer goes through a file: a city's people are not held in memory."""
Write = Callable[[Iterable[Mapping[str, str]], Sequence[str], IO[bytes]], None]


ROWS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["rows"],
    "additionalProperties": False,
    "properties": {
        "rows": {
            "type": "array",
            "maxItems": ROWS_MAX,
            "items": {
                "type": "object",
                "description": "The fields of register_person, and `person_id` if it has one; a wrong row is told of",
            },
        },
    },
}


class ImportedPersonSchema(PersonFieldsSchema):
    """A row; without an id of its own it gets one from the import's id and its number."""

    person_id = fields.UUID(load_default=None)


class ExportSchema(Schema):
    """Whose data, and in which form."""

    unit = fields.UUID(required=True)
    format = Choice(["csv", "xlsx"], load_default="csv")


class SheetUnreadableError(InvalidError):
    """The body is not a table of people that can be read."""

    reason: str


@accepts("application/json", CSV_TYPE, XLSX_TYPE)
@blueprint.route("/v1/imports/<uuid:import_id>")
class ImportById(MethodView):
    """One import."""

    @takes_content(bytes_max=BODY_MAX_BYTES, json_schema=ROWS_SCHEMA)
    @blueprint.doc(operationId="import_people")
    @blueprint.response(202, ImportAnswer)
    def put(self, import_id: UUID) -> Answer:
        """Send people: JSON {"rows": […]}, CSV or XLSX; they are imported soon, and `GET` says how far it is."""
        if request.mimetype == "application/json":
            _refuse_no_rows(request.get_json())
        content = request.get_data()
        if not content:
            raise SheetUnreadableError(reason="nothing was sent")

        def accept(store: SealedStore, context: CommandContext) -> Answer:
            accept_import(store, context, import_id=import_id, content=content, content_type=request.mimetype)
            return {}

        terms = {"content": sha256(content).hexdigest(), "type": request.mimetype}
        command(accept, terms, command_id=import_id)
        with reading() as connection:
            return _report(store_on(connection), import_id)

    @blueprint.doc(operationId="get_import")
    @blueprint.response(200, ImportAnswer)
    def get(self, import_id: UUID) -> Answer:
        """Return how far an import is and what became of its rows. A bad row is reported, the others are taken."""
        with reading() as connection:
            store = store_on(connection)
            found = ImportStore(store).find(import_id)
            if found is None or found.imported_by != current_actor().person_id:
                require_power_somewhere(opened(connection)[1], "import_people")
            return _report(store, import_id)


@blueprint.route("/v1/exports/people")
class PeopleExport(MethodView):
    """People with their personal data."""

    @blueprint.doc(operationId="export_people")
    @blueprint.arguments(ExportSchema, location="query")
    @blueprint.doc(responses={"200": {"description": "The file", "content": {CSV_TYPE: {}, XLSX_TYPE: {}}}})
    def get(self, query: Body) -> Response:
        """Return everybody at a unit and below as CSV or XLSX; every person's log says so."""
        write, content_type, name = _FORMS[query["format"]]
        file = tempfile.SpooledTemporaryFile(SPOOLED_BYTES_MAX)  # noqa: SIM115 - closed with the answer
        with transaction() as connection:
            write(export_people(*opened(connection), unit_id=query["unit"]), EXPORT_COLUMNS, file)
        file.seek(0)
        return send_file(file, mimetype=content_type, as_attachment=True, download_name=name)


_FORMS: Mapping[str, tuple[Write, str, str]] = {
    "csv": (write_csv, CSV_TYPE, "people.csv"),
    "xlsx": (write_xlsx, XLSX_TYPE, "people.xlsx"),
}


def _refuse_no_rows(document: object) -> None:
    rows = document.get("rows") if isinstance(document, dict) and set(document) == {"rows"} else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > ROWS_MAX:
        raise SheetUnreadableError(reason=f'expected {{"rows": [up to {ROWS_MAX} objects]}}')


def row_loader(vault: Vault, passwords: Passwords) -> LoadRow:
    """Return what makes of a row's import, number and fields a registration, or says which fields are wrong."""

    def load(import_id: UUID, number: int, body: Mapping[str, Any]) -> Registration | WrongRow:
        try:
            loaded = ImportedPersonSchema().load(body)
        except ValidationError as error:
            return WrongRow(shown(", ".join(sorted(map(str, error.messages_dict))), TOLD_MAX))
        person_id = loaded.pop("person_id") or id_from_cause(import_id, str(number))
        return registration_of(person_id, loaded, vault=vault, passwords=passwords)

    return load


def _report(store: SealedStore, import_id: UUID) -> Answer:
    found = ImportStore(store).find(import_id)
    if found is None:
        raise RecordNotFoundError(import_id=import_id)
    reports = [RowReport(*row) for row in ImportStore(store).rows(import_id)]
    return {
        "import_id": str(import_id),
        "state": found.state,
        "failure": found.reason or None,
        "rows": found.rows,
        "rows_done": found.rows_done,
        "accepted": sum(not report.code for report in reports),
        "refused": [
            {"row": report.row, "code": report.code, "fields": report.fields or None}
            for report in reports
            if report.code
        ],
        "persons": [{"row": report.row, "person_id": str(report.person_id)} for report in reports if not report.code],
    }
