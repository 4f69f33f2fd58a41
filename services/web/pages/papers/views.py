"""Papers of a person, to look at and as PDF: who may read what stands on one may print it, and the API says who."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role
from services.web.kit.areas import PUBLIC, SIGNED_IN, Area
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import by_language, speak
from services.web.kit.lookups import names
from services.web.kit.months import Month, months_from
from services.web.kit.viewer import api, now, viewer
from services.web.pages.papers.certificate import certificate_paper
from services.web.pages.papers.slip import slip_paper
from services.web.pages.papers.statement import MONTHS_MAX, statement_paper
from services.web.pages.papers.supply_sheet import supply_paper
from services.web.printing.answer import printed
from services.web.printing.paper import Paper

area = Area("papers", __name__, __file__)
SLIPS_SHOWN = 6
CERTIFICATES_SHOWN = 24
ISSUERS = ("volunteer", "issue_certificate")


@area.page("/papers", needs=SIGNED_IN)
def own() -> WerkzeugResponse:
    """Go to one's own papers."""
    return redirect(f"/papers/{viewer().person_id}")


@area.page("/papers/<uuid:person_id>", needs=SIGNED_IN)
def index(person_id: UUID) -> str:
    """Show what can be printed for somebody."""
    api().rows("/v1/wallets", person=person_id, limit=1)  # Refused to whom nothing of it would be shown.
    this = Month.of(now())
    return render_template(
        "papers/index.html",
        person_id=person_id,
        name=_name_of(str(person_id)),
        is_own=str(person_id) == viewer().person_id,
        slips=list(reversed(months_from(this.later(1 - SLIPS_SHOWN), this, most=SLIPS_SHOWN))),
        months=list(reversed(months_from(this.later(1 - MONTHS_MAX), this, most=MONTHS_MAX))),
        may_issue=_may_issue(str(person_id)),
        may_revoke=Role.COORDINATOR in viewer().roles,
        certificates=part_of_page(lambda: _certificates(person_id)),
    )


@area.page("/papers/<uuid:person_id>/statement", needs=SIGNED_IN)
def statement(person_id: UUID) -> str:
    """Show a statement."""
    return _page(_statement(person_id), "statement.pdf")


@area.page("/papers/<uuid:person_id>/statement.pdf", needs=SIGNED_IN)
def statement_pdf(person_id: UUID) -> Response:
    """Give a statement as PDF."""
    _speak_to(str(person_id))
    return printed(_statement(person_id))


@area.page("/papers/<uuid:person_id>/slip", needs=SIGNED_IN)
def slip(person_id: UUID) -> str:
    """Show the slip of a month."""
    return _page(_slip(person_id), "slip.pdf")


@area.page("/papers/<uuid:person_id>/slip.pdf", needs=SIGNED_IN)
def slip_pdf(person_id: UUID) -> Response:
    """Give the slip of a month as PDF."""
    _speak_to(str(person_id))
    return printed(_slip(person_id))


@area.act("/papers/<uuid:person_id>/certificates", needs=ISSUERS)
def issue(person_id: UUID) -> WerkzeugResponse:
    """Issue a certificate of somebody's service."""
    command, until = command_of_form(), request.form.get("valid_until", "")
    terms = {"person_id": str(person_id)} | ({"valid_until": until} if until else {})
    api().put(f"/v1/certificates/{command}", terms)
    return redirect(f"/papers/certificates/{command}", 303)


@area.page("/papers/certificates/<uuid:certificate_id>", needs=SIGNED_IN)
def certificate(certificate_id: UUID) -> str:
    """Show a certificate."""
    return _page(_certificate(certificate_id), f"{certificate_id}.pdf")


@area.page("/papers/certificates/<uuid:certificate_id>.pdf", needs=SIGNED_IN)
def certificate_pdf(certificate_id: UUID) -> Response:
    """Give a certificate as PDF."""
    return printed(_certificate(certificate_id))


@area.page("/papers/certificates/<uuid:certificate_id>.jwt", needs=SIGNED_IN)
def certificate_credential(certificate_id: UUID) -> Response:
    """Give a certificate as the signed credential that it is."""
    issued = api().get(f"/v1/certificates/{certificate_id}")
    headers = {"Content-Disposition": f'attachment; filename="certificate-{issued["number"]}.jwt"'}
    return Response(issued["credential"], mimetype="application/vc+jwt", headers=headers)


@area.act("/papers/certificates/<uuid:certificate_id>/revocation", needs="issue_certificate")
def revoke(certificate_id: UUID) -> WerkzeugResponse:
    """Revoke a certificate."""
    path = f"/v1/certificates/{certificate_id}/revocation"
    api().post(path, {"why": request.form.get("why", "").strip()}, command=command_of_form())
    return redirect(f"/papers/certificates/{certificate_id}", 303)


@area.page("/supply/<uuid:district_id>", needs=PUBLIC)
def supply(district_id: UUID) -> str:
    """Show a district's sheet for the notice board."""
    return _page(supply_paper(str(district_id)), f"{district_id}.pdf")


@area.page("/supply/<uuid:district_id>.pdf", needs=PUBLIC)
def supply_pdf(district_id: UUID) -> Response:
    """Give a district's sheet as PDF."""
    return printed(supply_paper(str(district_id)))


def _page(paper: Paper, pdf: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    base = request.path.rpartition("/")[0]
    return render_template("papers/paper.html", paper=paper, pdf=f"{base}/{pdf}" + (f"?{query}" if query else ""))


def _statement(person_id: UUID) -> Paper:
    this = Month.of(now())
    last = min(Month.parse(request.args.get("to", ""), this), this)
    first = Month.parse(request.args.get("from", ""), last.later(1 - MONTHS_MAX // 2))
    return statement_paper(str(person_id), _name_of(str(person_id)), first=min(first, last), last=last)


def _slip(person_id: UUID) -> Paper:
    this = Month.of(now())
    month = min(Month.parse(request.args.get("month", ""), this), this)
    return slip_paper(str(person_id), _name_of(str(person_id)), month=month)


def _certificate(certificate_id: UUID) -> Paper:
    issued = api().get(f"/v1/certificates/{certificate_id}")
    return certificate_paper(issued, _name_of(issued["person_id"]))


def _speak_to(person_id: str) -> None:
    """Print in the language that somebody likes best, where the link names none."""
    if "lang" not in request.args and person_id != viewer().person_id:
        person = or_nothing(lambda: api().get(f"/v1/persons/{person_id}", why="paper"), 403, 404) or {}
        speak(person.get("language"))


def _certificates(person_id: UUID) -> list[dict[str, Any]]:
    """Return what was issued for somebody, as far as the viewer may know of it."""
    ask = partial(api().rows, "/v1/certificates", person=person_id, limit=CERTIFICATES_SHOWN)
    return or_nothing(ask, 403, 404) or []


def _may_issue(person_id: str) -> bool:
    if person_id == viewer().person_id:
        return Role.VOLUNTEER in viewer().roles
    return Role.COORDINATOR in viewer().roles


def _name_of(person_id: str) -> str:
    """Return what somebody is called, as far as the viewer may know."""
    if known := names([person_id]).get(person_id):
        return known
    ask = partial(api().rows, "/v1/acting-grants", person=viewer().person_id)
    grants = or_nothing(ask, 403, 404) or []
    return next((by_language(row["names"]) for row in grants if row["person_id"] == person_id), "")
