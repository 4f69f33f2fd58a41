"""What went otherwise than planned: somebody did not come, hours were wrong, a dispute wants its second word."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import api

area = Area("exceptions", __name__, __file__, "/desk/orders")


@area.act("/<uuid:order_id>/no-show", needs="report_no_show")
def report_no_show(order_id: UUID) -> WerkzeugResponse:
    """Record who did not come; where the recipient did not, somebody looks after them."""
    body = {"absent": request.form.get("absent", "")}
    api().post(f"/v1/orders/{order_id}/no-show", body, command=command_of_form())
    flash.tell(message("Recorded. Both sides are told."))
    return redirect(f"/desk/orders/{order_id}", 303)


@area.act("/<uuid:order_id>/reversal", needs="propose_reversal")
def propose_reversal(order_id: UUID) -> WerkzeugResponse:
    """Propose that settled hours are taken back."""
    body = {"why": request.form.get("why", "").strip()}
    api().put(f"/v1/orders/{order_id}/reversal/{command_of_form()}", body)
    flash.tell(message("Proposed. A second person decides."))
    return redirect(f"/desk/orders/{order_id}", 303)


@area.act("/<uuid:order_id>/reversal/<uuid:reversal_id>", needs="decide_reversal")
def decide_reversal(order_id: UUID, reversal_id: UUID) -> WerkzeugResponse:
    """Say the second word on taking settled hours back."""
    agrees = request.form.get("ok") == "yes"
    body = {"ok": agrees, "why": request.form.get("why", "").strip() or None}
    api().post(f"/v1/orders/{order_id}/reversal/{reversal_id}/decision", body, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect(f"/desk/orders/{order_id}", 303)


@area.act("/<uuid:order_id>/decision-confirmation", needs="decide_dispute_second")
def confirm_decision(order_id: UUID) -> WerkzeugResponse:
    """Say the second word on the decision of a dispute."""
    agrees = request.form.get("ok") == "yes"
    body = {"ok": agrees, "why": request.form.get("why", "").strip() or None}
    api().post(f"/v1/orders/{order_id}/decision/confirmation", body, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect(f"/desk/orders/{order_id}", 303)
