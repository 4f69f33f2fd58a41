"""Who is stuck stands on top; each application with its steps, the two signatures, and a refusal with its reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names, service_name
from services.web.kit.viewer import api, viewer

area = Area("applicants", __name__, __file__, "/applicants")
STAFF = tuple(sorted(POWERS["view_person"]))
STEPS = ("identity", "agreement", "training", "first_signature", "second_signature")
STATES = ("applied", "admitted", "refused", "withdrawn", "lapsed")
SHOWN = 60


@area.page("", needs="view_person")
def applicants() -> str:
    """Show who applied and what each waits for, the longest first."""
    asked = {name: request.args.get(name) for name in ("waits_for", "state")}
    waits_for = asked["waits_for"] if asked["waits_for"] in STEPS else None
    state = asked["state"] if asked["state"] in STATES else "applied"
    query: dict[str, object] = {"unit": viewer().unit_of(*STAFF), "state": state, "limit": SHOWN}
    query |= {"waits_for": waits_for, "cursor": request.args.get("cursor") or None}
    page = part_of_page(lambda: api().get("/v1/applications", **query))
    return render_template(
        "applicants/applicants.html",
        page=page,
        waits_for=waits_for,
        state=state,
        steps=STEPS,
        states=STATES,
        service_name=service_name,
    )


@area.page("/<uuid:application_id>", needs="view_person")
def applicant(application_id: UUID) -> str:
    """Show one application with everything that is needed to decide."""
    application = api().get(f"/v1/applications/{application_id}")
    return render_template(
        "applicants/applicant.html",
        application=application,
        people=names(_staff_of(application)),
        open_admission=next((signed for signed in application["admissions"] if signed["state"] == "proposed"), None),
        service_name=service_name,
    )


@area.act("/<uuid:application_id>/identity", needs="see_identity")
def see_identity(application_id: UUID) -> WerkzeugResponse:
    """Record that the document was seen."""
    seen = {name: request.form.get(name, "").strip() for name in ("kind", "number")}
    return _record(application_id, "identity", seen)


@area.act("/<uuid:application_id>/agreement", needs="register_person")
def sign_agreement(application_id: UUID) -> WerkzeugResponse:
    """Record that the agreement was signed."""
    return _record(application_id, "agreement", {"on": request.form.get("on", "")})


@area.act("/<uuid:application_id>/training", needs="qualify_volunteer")
def record_training(application_id: UUID) -> WerkzeugResponse:
    """Record that the training was done."""
    return _record(application_id, "training", {"on": request.form.get("on", "")})


@area.act("/<uuid:application_id>/refusal", needs="admit_volunteer")
def refuse(application_id: UUID) -> WerkzeugResponse:
    """Refuse with a reason that the applicant reads."""
    return _record(application_id, "refusal", {"why": request.form.get("why", "")})


@area.act("/<uuid:application_id>/signature", needs="admit_volunteer")
def sign(application_id: UUID) -> WerkzeugResponse:
    """Sign first."""
    api().put(f"/v1/applications/{application_id}/admissions/{command_of_form()}", {})
    flash.tell(message("Signed. A second person decides."))
    return redirect(f"/applicants/{application_id}", 303)


@area.act("/<uuid:application_id>/decision/<uuid:admission_id>", needs="confirm_volunteer")
def decide(application_id: UUID, admission_id: UUID) -> WerkzeugResponse:
    """Decide as the second person."""
    body = {"ok": request.form.get("ok") == "yes", "why": request.form.get("why") or None}
    path = f"/v1/applications/{application_id}/admissions/{admission_id}/decision"
    done = api().post(path, body, command=command_of_form())
    if done["state"] == "admitted":
        flash.tell(message("She is a volunteer now, and signs in with her number."))
    else:
        flash.tell(message("Turned down. Whoever signed sees your reason."))
    return redirect(f"/applicants/{application_id}", 303)


def _record(application_id: UUID, name: str, body: dict[str, str]) -> WerkzeugResponse:
    api().post(f"/v1/applications/{application_id}/{name}", body, command=command_of_form())
    flash.tell(message("Recorded."))
    return redirect(f"/applicants/{application_id}", 303)


def _staff_of(application: dict[str, Any]) -> list[str | None]:
    steps = [application[name] for name in ("identity", "agreement", "training") if application[name]]
    signed = [admission[name] for admission in application["admissions"] for name in ("proposed_by", "decided_by")]
    return [*(step["by"] for step in steps), *signed, application["ended_by"]]
