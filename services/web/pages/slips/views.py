"""Numbers issued, the sheet to print, and the sheet that came back: each line with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.ids import id_from_cause
from libs.programme.words import Funding
from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.commands import command_of_form
from services.web.kit.files import UNKNOWN, kind_of_file
from services.web.kit.formats import as_instant
from services.web.kit.i18n import say
from services.web.kit.lookups import catalogue
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.viewer import api, viewer
from services.web.pages.slips.sheet import SHEET_SLIPS_MAX, sheet_paper
from services.web.printing.answer import printed

area = Area("slips", __name__, __file__, "/slips")
LINES = 6
FUNDINGS = (Funding.PROGRAMME, Funding.CREDIT, Funding.POOL)
RESULTS = "slip_lines"
LINE_FIELDS = ("slip", "volunteer", "elder", "service", "day", "time", "minutes")


class LineUnreadableError(Exception):
    """What stands in a line cannot be read; its text says what, in the reader's language."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet as it was typed."""

    number: int
    typed: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody wrote anything into it."""
        return not any(self.typed[name] for name in ("slip", "volunteer", "elder", "minutes"))


@area.page("", needs="issue_slips")
def slips() -> str:
    """Show how numbers are issued and printed, and the form for a sheet that came back."""
    results = viewer().session.take(RESULTS) or []
    return render_template(
        "slips/slips.html",
        lines=range(1, LINES + 1),
        services=list(catalogue(viewer().unit_of("coordinator")).values()),
        fundings=FUNDINGS,
        results=results,
        issued=_range() if "first" in request.args else None,
    )


@area.act("", needs="issue_slips")
def issue() -> WerkzeugResponse:
    """Issue numbers to the community, and lead to their sheet."""
    first, last = _whole(request.form.get("first")), _whole(request.form.get("last"))
    if not 0 < last - first + 1 <= SHEET_SLIPS_MAX:
        return back_to_form("/slips", say("Please give two numbers, at most %(most)s slips.", most=SHEET_SLIPS_MAX))
    body = {"unit_id": viewer().unit_of("coordinator"), "from": first, "to": last}
    api().put(f"/v1/slips/{command_of_form()}", body)
    flash.tell(message("Issued. Print the sheet now."))
    return redirect(f"/slips?first={first}&last={last}", 303)


@area.page("/sheet.pdf", needs="issue_slips")
def sheet() -> Response:
    """Give the sheet of some numbers as PDF."""
    return printed(sheet_paper(*_range()))


@area.act("/entries", needs="late_entry")
def enter() -> WerkzeugResponse:
    """Keep the scan, then enter line by line: one that is refused holds up no other."""
    command = command_of_form()
    lines = [line for line in map(_line, range(1, LINES + 1)) if not line.is_empty]
    file = request.files.get("scan")
    content = file.read() if file else b""
    kind = kind_of_file(content)
    if kind == UNKNOWN:
        return back_to_form("/slips", say("Please add the scan of the sheet: a PNG, JPEG or PDF."))
    if not lines:
        return back_to_form("/slips", say("Please fill in at least one line."))
    scan_id = id_from_cause(command, "scan")
    api().put_file(f"/v1/scans/{scan_id}", content, kind=kind)
    results = [_entered(line, scan_id, command) for line in lines]
    viewer().session.keep(RESULTS, results)
    return redirect("/slips", 303)


def _entered(line: Line, scan_id: UUID, command: UUID) -> dict[str, Any]:
    """Enter one line; return what became of it."""
    order_id = id_from_cause(command, str(line.number))
    shown = {"slip": line.typed["slip"], "number": line.number, "order_id": str(order_id)}
    try:
        api().put(f"/v1/late-entries/{order_id}", _terms(line) | {"scan": str(scan_id)})
    except (LineUnreadableError, ProblemError) as error:
        return shown | {"refused": error.title if isinstance(error, ProblemError) else str(error)}
    return shown | {"refused": ""}


def _terms(line: Line) -> dict[str, Any]:
    typed = line.typed
    try:
        hour, _, minute = typed["time"].partition(":")
        served = as_instant(date.fromisoformat(typed["day"]), int(hour), int(minute or 0))
        minutes = read_minutes(typed["minutes"])
    except (ValueError, MinutesUnreadableError):
        raise LineUnreadableError(say("Day, time or length cannot be read.")) from None
    return {
        "volunteer_id": _person(typed["volunteer"]),
        "recipient_id": _person(typed["elder"]),
        "service": typed["service"],
        "minutes": minutes,
        "served": served,
        "slip": _whole(typed["slip"]),
        "funding": request.form.get("funding", Funding.PROGRAMME),
    }


def _person(name: str) -> str:
    """Return the one person of this name or number.

    Raises:
        LineUnreadableError: there is none, or there are several.
    """
    rows = api().rows("/v1/persons", q=name[:60]) if name else []
    if len(rows) != 1:
        raise LineUnreadableError(say("“%(name)s”: nobody, or several people, of this name.", name=name))
    return str(rows[0]["person_id"])


def _line(number: int) -> Line:
    return Line(number, {name: request.form.get(f"{name}-{number}", "").strip() for name in LINE_FIELDS})


def _range() -> tuple[int, int]:
    first = max(1, _whole(request.args.get("first")))
    return first, min(max(first, _whole(request.args.get("last"))), first + SHEET_SLIPS_MAX - 1)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
