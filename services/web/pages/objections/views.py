"""Say that hours are not right, read what the other side says, and answer as somebody who had no hand in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import names, people_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.viewer import api, viewer

area = Area("objections", __name__, __file__, "/objections")
ANSWERS = ("answer_objection", "answer_appeal")
WORDS_MAX = 60


@area.page("", needs=ANSWERS)
def waiting() -> str:
    """List what waits for an answer, the next to be answered on top."""
    unit_id = viewer().unit_of(Role.CHECKER, Role.DISTRICT_ADMIN)
    listed = part_of_page(lambda: api().rows("/v1/objections", unit=unit_id, state="open"))
    return render_template(
        "objections/list.html",
        listed=listed,
        people=names(row["person_id"] for row in rows_of(listed)),
        may_answer=_may_answer,
    )


@area.page("/orders/<uuid:order_id>", needs=SIGNED_IN)
def of_order(order_id: UUID) -> str:
    """Show the hours, what each side says of them, and what was answered."""
    order = api().get(f"/v1/orders/{order_id}")
    items = api().get(f"/v1/orders/{order_id}/objections")["items"]
    may_answer = any(_may_answer(row) for row in items)
    evidence = or_nothing(lambda: api().get(f"/v1/orders/{order_id}/evidence"), 403, 404) if may_answer else None
    steps = evidence["steps"] if evidence else []
    words = request.args.get("q", "").strip()[:WORDS_MAX] if may_answer else ""
    seconds = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    people = people_of([order]) | names(row["person_id"] for row in [*items, *rows_of(seconds)])
    return render_template(
        "objections/order.html",
        order=order,
        items=items,
        steps=steps,
        people=people | names(step["by"] for step in steps),
        may_answer=_may_answer,
        words=words,
        seconds=seconds,
    )


@area.act("/orders/<uuid:order_id>", needs=SIGNED_IN)
def object_to(order_id: UUID) -> WerkzeugResponse:
    """Object, or appeal where a dispute was decided."""
    page = f"/objections/orders/{order_id}"
    minutes = _minutes(request.form.get("says_minutes", ""))
    if minutes is None:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    body = {"says_minutes": minutes, "words": request.form.get("words", "")}
    api().put(f"/v1/orders/{order_id}/objections/{command_of_form()}", body)
    flash.tell(message("Noted. Somebody who had no hand in it answers, with the reason; you are told."))
    return redirect(page, 303)


@area.act("/<uuid:objection_id>/answer/<uuid:order_id>", needs=ANSWERS)
def answer(objection_id: UUID, order_id: UUID) -> WerkzeugResponse:
    """Uphold it, in part or whole, or not."""
    page = f"/objections/orders/{order_id}"
    is_upheld = request.form.get("ok") == "yes"
    minutes = _minutes(request.form.get("minutes", "")) if is_upheld else None
    if is_upheld and minutes is None:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    body: dict[str, Any] = {"upheld": is_upheld, "minutes": minutes, "why": request.form.get("why", "")}
    body |= {"second": request.form.get("second") or None, "by_programme": request.form.get("by_programme") == "yes"}
    api().post(f"/v1/objections/{objection_id}/answer", body, command=command_of_form())
    flash.tell(message("Answered. Both sides are told, with your reason."))
    return redirect(page, 303)


def _minutes(given: str) -> int | None:
    try:
        return 0 if given.strip() == "0" else read_minutes(given)
    except MinutesUnreadableError:
        return None


def _may_answer(row: dict[str, Any]) -> bool:
    power = "answer_appeal" if row["contested"] == "decision" else "answer_objection"
    return row["state"] == "open" and bool(viewer().roles & POWERS[power])
