"""What waits, approving in bulk, refusing with a reason, one order with everything behind it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.clock import local_date
from libs.ids import id_from_cause
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area, need_of
from services.web.kit.carried import page_of_form
from services.web.kit.closed import Closed, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.files import shown_alone
from services.web.kit.findings import add_findings
from services.web.kit.formats import write_day
from services.web.kit.i18n import say
from services.web.kit.lookups import names, people_of, service_of, words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.tables import saved_as
from services.web.kit.urgent import open_at
from services.web.kit.viewer import api, now, viewer
from services.web.kit.visits import FINDINGS, put_visit
from services.web.pages.desk.checkouts import missing_of
from services.web.pages.desk.export import table_of
from services.web.pages.desk.queue import Group, View, grouped, view_of

area = Area("desk", __name__, __file__, "/desk")
BULK_MAX = 200
SHOWN_MAX = 1_000
CHECKOUTS_BACK = timedelta(days=3)
QUEUES = (
    ("review", message("Requests to look at"), "tray"),
    ("no_taker", message("Nobody has taken these"), "people"),
)
RESULTS = "results"


@area.page("", needs="approve_many")
def desk() -> str:
    """Show what waits for the coordinator."""
    unit_id = viewer().unit_of("coordinator")
    queues = [(name, title, icon, _waiting(name, unit_id)) for name, title, icon in QUEUES]
    urgent = open_at(unit_id)
    approvals = part_of_page(lambda: api().rows("/v1/approval-queue", unit=unit_id, limit=BULK_MAX))
    visits = part_of_page(lambda: api().rows("/v1/visit-plans", unit=unit_id, limit=BULK_MAX))
    stopped = part_of_page(lambda: api().rows("/v1/series", unit=unit_id, alarm="yes", limit=BULK_MAX))
    due = [visit for visit in rows_of(visits) if visit["is_overdue"]]
    orders = [order for _, _, _, rows in queues for order in rows_of(rows) if order.get("order_id")]
    people = people_of([*orders, *rows_of(approvals)]) | names([visit["person_id"] for visit in due[:12]])
    return render_template(
        "desk/desk.html",
        unit=viewer().name_of_unit(unit_id),
        queues=queues,
        urgent=urgent,
        approvals=approvals,
        visits=visits,
        stopped=stopped,
        due=due,
        people=people,
    )


@area.page("/approvals", needs="approve_hours")
def approvals() -> str:
    """Show the queue of approvals as the address asks for it."""
    view = view_of(request.args.to_dict())
    queue = part_of_page(_queue)
    orders = rows_of(queue)
    people = people_of(orders)
    add_findings(orders, "approval", _own_unit())
    groups = _grouped(orders, view, people)
    return render_template(
        "desk/approvals.html",
        queue=queue,
        orders=orders,
        groups=groups,
        shown=[order for group in groups for order in group.orders],
        view=view,
        people=people,
        words_of=words_of,
        services=dict(sorted((order["service"], service_of(order)) for order in orders)),
        results=viewer().session.take(RESULTS),
        titles={order["order_id"]: f"{service_of(order)} · {write_day(order['start'])}" for order in orders},
        link=lambda **changed: (
            "/desk/approvals?" + urlencode({"show": view.filter, "by": view.by, "service": view.service} | changed)
        ),
    )


@area.page("/signatures", needs="approve_hours")
def signatures() -> str:
    """Show who signs hours what they signed lately, beside the middle of the others."""
    return render_template("desk/signatures.html", shown=part_of_page(lambda: api().get("/v1/approvals/statistics")))


@area.page("/approvals.csv", needs="approve_hours")
def approvals_csv() -> Response:
    """Give the queue as it is seen, as CSV."""
    return _export("csv")


@area.page("/approvals.xlsx", needs="approve_hours")
def approvals_xlsx() -> Response:
    """Give the queue as it is seen, as a workbook."""
    return _export("xlsx")


@area.page("/checkouts", needs="view_orders")
def checkouts() -> str:
    """Show the visits that nobody checked out of, each with the one act that is right now."""
    orders = part_of_page(_lately_served)
    people = people_of(rows_of(orders))
    missing = orders if isinstance(orders, Closed) else missing_of(orders, people=people, now=now())
    return render_template("desk/checkouts.html", missing=missing, people=people)


@area.act("/approvals/look", needs="approve_many")
def look_before_approving() -> str:
    """Show what is about to be approved, for who has no script that waits ten seconds."""
    chosen = _chosen()
    lines = [order for order in _queue() if order["order_id"] in chosen]
    return render_template(
        "desk/look.html",
        lines=lines,
        people=people_of(lines),
        back=page_of_form("/desk/approvals"),
    )


@area.act("/approvals", needs="approve_many")
def approve() -> WerkzeugResponse:
    """Approve the chosen lines, and say of each what became of it."""
    chosen, command = _chosen(), command_of_form()
    results: list[dict[str, Any]] = []
    for number, begin in enumerate(range(0, len(chosen), BULK_MAX)):
        some = chosen[begin : begin + BULK_MAX]
        answered = api().post("/v1/approvals", {"orders": some}, command=id_from_cause(command, str(number)))
        results += answered["items"]
    viewer().session.keep(RESULTS, results)
    return redirect(page_of_form("/desk/approvals"), 303)


@area.act("/orders/<uuid:order_id>/approval", needs="approve_hours")
def approve_one(order_id: UUID) -> WerkzeugResponse:
    """Approve one line; flagged, it waits for the second check."""
    order = api().post(
        f"/v1/orders/{order_id}/approval", {"why": request.form.get("why") or None}, command=command_of_form()
    )
    if order["state"] == "confirmed":
        flash.tell(message("Signed. Because of its flags it now waits for the street's second check."))
    else:
        flash.tell(message("Approved."))
    return redirect("/desk/approvals" if "/orders/" in page_of_form() else page_of_form(), 303)


@area.act("/orders/<uuid:order_id>/rejection", needs="reject_hours")
def reject(order_id: UUID) -> WerkzeugResponse:
    """Refuse hours with a reason."""
    api().post(f"/v1/orders/{order_id}/rejection", {"why": request.form.get("why", "")}, command=command_of_form())
    flash.tell(message("Refused. Both sides are told, with your reason."))
    return redirect("/desk/approvals" if "/orders/" in page_of_form() else page_of_form(), 303)


@area.act("/orders/<uuid:order_id>/review", needs="review_order")
def review(order_id: UUID) -> WerkzeugResponse:
    """Pass or turn down a request that waits for a look."""
    passes = request.form.get("ok") == "yes"
    body = {"ok": passes, "why": request.form.get("why") or None}
    api().post(f"/v1/orders/{order_id}/review", body, command=command_of_form())
    flash.tell(message("Passed.") if passes else message("Turned down."))
    return redirect("/desk", 303)


@area.page("/orders/<uuid:order_id>", needs="view_orders")
def order(order_id: UUID) -> str:
    """Show one order with every step, proof and signature."""
    evidence = api().get(f"/v1/orders/{order_id}/evidence")
    shown, steps = evidence["order"], evidence["steps"]
    people = people_of([shown]) | names(step["by"] for step in steps)
    pair = part_of_page(lambda: _pair(shown))
    scans = part_of_page(lambda: api().rows(f"/v1/orders/{order_id}/scans"))
    people |= names(row["proposed_by"] for row in evidence["reversals"])
    people |= names(look["looked_by"] for scan in rows_of(scans) for look in scan["looks"])
    return render_template(
        "desk/order.html",
        order=shown,
        steps=steps,
        reversals=evidence["reversals"],
        calls=evidence["call_backs"],
        people=people,
        pair=pair,
        scans=scans,
        words_of=words_of,
        may_decide_reversal=need_of("decide_reversal").is_met_by(viewer().roles),
        may_stop=need_of("stop_volunteer").is_met_by(viewer().roles),
    )


@area.act("/orders/<uuid:order_id>/call-back", needs="call_back")
def call_back(order_id: UUID) -> WerkzeugResponse:
    """Record what was asked and answered on the telephone."""
    page = f"/desk/orders/{order_id}"
    try:
        minutes = read_minutes(request.form["says_minutes"]) if request.form.get("says_minutes") else None
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    body: dict[str, Any] = {name: request.form.get(name, "") for name in ("spoke_with", "was_there")}
    body |= {"says_minutes": minutes, "words": request.form.get("words") or None}
    api().post(f"/v1/orders/{order_id}/call-back", body, command=command_of_form())
    flash.tell(message("The call is kept. Whoever signs reads the answers."))
    return redirect(page, 303)


@area.page("/scans/<uuid:scan_id>", needs="view_orders")
def scan(scan_id: UUID) -> Response:
    """Give the picture of a slip or a visit; that it was looked at is noted."""
    return shown_alone(api().answer("GET", f"/v1/scans/{scan_id}").body)


@area.page("/visits", needs="record_visit")
def visits() -> str:
    """Show who is to be visited, those due first on top."""
    plans = part_of_page(lambda: list(api().all_rows("/v1/visit-plans", unit=viewer().unit_of("coordinator"))))
    return render_template(
        "desk/visits.html",
        plans=plans,
        people=names(plan[who] for plan in rows_of(plans)[:BULK_MAX] for who in ("person_id", "visitor_id")),
        findings=FINDINGS,
    )


@area.act("/visits", needs="record_visit")
def record_visit() -> WerkzeugResponse:
    """Record that somebody was seen."""
    put_visit()
    return redirect("/desk/visits", 303)


def _waiting(name: str, unit_id: str) -> list[dict[str, Any]] | Closed:
    return part_of_page(lambda: api().rows(f"/v1/queues/{name}", unit=unit_id))


def _export(ending: str) -> Response:
    """Return the lines that the address shows, in the order in which they are shown."""
    orders = _queue()
    people = people_of(orders)
    add_findings(orders, "approval", _own_unit())
    groups = _grouped(orders, view_of(request.args.to_dict()), people)
    name = f"hours-to-approve-{local_date(now())}"
    return saved_as(table_of(groups, people=people), ending, name=name, title=say("Hours to approve"))


def _grouped(orders: list[dict[str, Any]], view: View, people: dict[str, str]) -> list[Group]:
    return grouped(orders, view, name_of=lambda key: people.get(key) or say("Somebody"), day_of=write_day)


def _lately_served() -> list[dict[str, Any]]:
    """Return the visits of the last days that run, or wait for a word of the recipient or the desk."""
    since = (now() - CHECKOUTS_BACK).isoformat()
    return [
        order
        for state in ("in_service", "finished", "confirmed")
        for order in api().rows("/v1/orders", unit=_own_unit(), state=state, limit=BULK_MAX, **{"from": since})
    ]


def _own_unit() -> str:
    return viewer().unit_of("coordinator", "checker")


def _queue() -> list[dict[str, Any]]:
    orders: Iterable[dict[str, Any]] = api().all_rows("/v1/approval-queue", unit=_own_unit())
    return [order for _, order in zip(range(SHOWN_MAX), orders, strict=False)]


def _pair(order: dict[str, Any]) -> dict[str, Any] | None:
    """Return what these two did together before."""
    volunteers = [part["person_id"] for part in order.get("volunteers") or []]
    if not volunteers or order["recipient_id"] is None:
        return None
    rows = api().rows("/v1/orders", person=order["recipient_id"], to=order["start"], limit=BULK_MAX)
    shared = [row for row in rows if any(part["person_id"] in volunteers for part in row.get("volunteers") or [])]
    return {
        "count": len([row for row in shared if row["order_id"] != order["order_id"]]),
        "last": max((row["start"] for row in shared if row["order_id"] != order["order_id"]), default=None),
        "ratings": [row["rating"] for row in shared if row.get("rating")],
    }


def _query_of_page() -> dict[str, str]:
    """Return what the address of the form's page asks for."""
    return dict(parse_qsl(urlsplit(page_of_form()).query))


def _chosen() -> list[str]:
    if request.form.get("take") == "shown":
        return [order["order_id"] for order in _queue() if view_of(_query_of_page()).shows(order)]
    chosen = list(dict.fromkeys(request.form.getlist("order")))[:SHOWN_MAX]
    if not chosen:
        flash.tell(message("Choose at least one line first."), kind="mind")
    return chosen
