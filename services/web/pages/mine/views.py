"""One's own: who looked at one's data, what one complains about, credit to give away, and one's data deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.forms import Field, FieldUnreadableError, Form, Kind, holds, send, show
from services.web.kit.lookups import names, words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import api, viewer
from services.web.pages.people.forms import COMPLAINTS, MINUTES

area = Area("mine", __name__, __file__, "/mine")
SENT = message("Sent to the ledger.")
FORMS = {
    form.name: form
    for form in (
        Form(
            "complaint",
            message("Complain"),
            "",
            "PUT",
            "/v1/complaints/{command}",
            message("It is noted, and answered with a reason by somebody who had no hand in it."),
            (
                Field("about", message("About what"), Kind.CHOICE, COMPLAINTS, "complaint"),
                Field("words", message("In your own words"), Kind.WORDS, most=2000),
            ),
        ),
        Form(
            "donation",
            message("Give credit to the public pool"),
            "",
            "PUT",
            "/v1/donations/{command}",
            SENT,
            (MINUTES,),
            advice=message("It helps people who have saved nothing. It cannot be taken back."),
        ),
        Form(
            "exchange",
            message("Exchange credit"),
            "",
            "PUT",
            "/v1/exchanges/{command}",
            SENT,
            (MINUTES,),
            advice=message("For what the district offers in recognition; never for money."),
        ),
        Form(
            "number-code",
            message("Confirm my new number"),
            "",
            "POST",
            "/v1/persons/{person}/phone-number/confirmation",
            message("The new number opens your account now."),
            (Field("code", message("Code that your old number was sent"), most=6),),
        ),
        Form(
            "number",
            message("Another number for my account"),
            "view_person",
            "PUT",
            "/v1/persons/{person}/phone-changes/{command}",
            message("Proposed. A second person decides."),
            (Field("phone_number", message("Telephone"), most=60),),
            advice=message("For members of staff: a second person above you decides."),
        ),
    )
}
MOVES = ("donation", "exchange")
PAGE = 50
Row = dict[str, Any]


@area.page("", needs=SIGNED_IN)
def mine() -> str:
    """Show what was complained about and what credit was given away, and lead to each form."""
    own = viewer().person_id
    complaints = part_of_page(lambda: api().rows("/v1/complaints"))
    moves = part_of_page(lambda: [row | {"what": kind} for kind in MOVES for row in _moves(kind)])
    erasure = part_of_page(lambda: or_nothing(lambda: api().get(f"/v1/persons/{own}/erasure"), 403, 404))
    return render_template(
        "mine/mine.html",
        complaints=complaints,
        moves=moves,
        erasure=erasure,
        forms=[form for form in FORMS.values() if holds(form.needs)],
        words_of=words_of,
    )


@area.page("/looks", needs=SIGNED_IN)
def looks() -> str:
    """Show who looked at one's data, when and why."""
    page = part_of_page(lambda: api().get("/v1/access-log", limit=PAGE, cursor=request.args.get("cursor") or None))
    rows = page["items"] if isinstance(page, dict) else []
    return render_template("mine/looks.html", page=page, people=names(row["viewer_id"] for row in rows))


@area.page("/record/<name>", needs=SIGNED_IN)
def record(name: str) -> str:
    """Show one form."""
    return render_template("mine/record.html", **show(_form(name)))


@area.act("/record/<name>", needs=SIGNED_IN)
def send_record(name: str) -> WerkzeugResponse:
    """Send what the form says; what the ledger declines is said at the form."""
    form, page = _form(name), f"/mine/record/{name}"
    try:
        answered = send(form, command_of_form(), person=viewer().person_id)
    except FieldUnreadableError as error:
        return back_to_form(page, str(error))
    if answered.get("state") == "declined":
        return back_to_form(page, words_of(answered.get("code")))
    flash.tell(form.done)
    return redirect("/mine", 303)


@area.page("/wallets/<uuid:wallet_id>", needs=SIGNED_IN)
def wallet(wallet_id: UUID) -> str:
    """Show how a balance came about: each row with its order, its proof and who approved it."""
    explained = part_of_page(lambda: api().get(f"/v1/wallets/{wallet_id}/explanation"))
    entries = part_of_page(
        lambda: api().get(f"/v1/wallets/{wallet_id}/entries", limit=PAGE, cursor=request.args.get("cursor") or None)
    )
    parts = explained["parts"] if isinstance(explained, dict) else []
    people = names(person for part in parts for person in part["approved_by"])
    return render_template(
        "mine/wallet.html",
        wallet_id=wallet_id,
        explained=explained,
        entries=entries,
        people=people,
        named=[person_id for person_id, name in people.items() if name],
    )


def _form(name: str) -> Form:
    form = FORMS.get(name)
    if form is None:
        raise NotFound
    if not holds(form.needs):
        raise Forbidden
    return form


def _moves(kind: str) -> list[Row]:
    return or_nothing(lambda: api().rows(f"/v1/{kind}s"), 403) or []
