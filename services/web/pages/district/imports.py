"""Many people at once: a sheet sent, what became of each row, and everybody as a sheet."""

from __future__ import annotations

from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from services.web.kit.areas import Area
from services.web.kit.commands import command_of_form
from services.web.kit.forms import holds
from services.web.kit.i18n import say
from services.web.kit.labels import label
from services.web.kit.lookups import words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.tables import CSV_TYPE, XLSX_TYPE
from services.web.kit.viewer import api, viewer

area = Area("imports", __name__, __file__, "/district/people")
IMPORT, EXPORT = "import_people", "export_people"
ZIP = b"PK\x03\x04"
EXPORT_SECONDS = 60.0
KINDS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@area.page("", needs=(IMPORT, EXPORT))
def people_at_once() -> str:
    """Show how a sheet of people is sent, and how one is taken away."""
    return render_template("district/people.html", may_import=holds(IMPORT), may_export=holds(EXPORT))


@area.act("", needs=IMPORT)
def send_sheet() -> WerkzeugResponse:
    """Send a sheet; it is read soon, and its page says how far it is."""
    import_id = command_of_form()
    file = request.files.get("sheet")
    content = file.read() if file else b""
    if not content:
        return back_to_form("/district/people", say("Please choose a sheet, as CSV or XLSX."))
    kind = XLSX_TYPE if content.startswith(ZIP) else CSV_TYPE
    api().put_file(f"/v1/imports/{import_id}", content, kind=kind)
    return redirect(f"/district/people/imports/{import_id}", 303)


@area.page("/imports/<uuid:import_id>", needs=IMPORT)
def imported(import_id: UUID) -> str:
    """Show how far an import is, and each row that was not taken with its reason."""
    report = api().get(f"/v1/imports/{import_id}")
    return render_template("district/imported.html", report=report, words_of=words_of, label=label)


@area.page("/export.csv", needs=EXPORT)
def export_csv() -> Response:
    """Give everybody of the viewer's unit as CSV; each person's log says so."""
    return _exported("csv")


@area.page("/export.xlsx", needs=EXPORT)
def export_xlsx() -> Response:
    """Give everybody of the viewer's unit as XLSX; each person's log says so."""
    return _exported("xlsx")


def _exported(form: str) -> Response:
    unit_id = viewer().unit_of(*sorted(POWERS[EXPORT]))
    answered = api().answer(
        "GET", "/v1/exports/people", query={"unit": unit_id, "format": form}, seconds=EXPORT_SECONDS
    )
    response = Response(answered.body, mimetype=KINDS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="people.{form}"'
    return response
