"""Groups of volunteers: registered with an adult who answers for each, who belongs to it, and its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.forms import Field, FieldUnreadableError, Form, Kind, holds, person_of, send, show
from services.web.kit.lookups import names
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import api, viewer
from services.web.pages.people.forms import NOBODY_ELSE

area = Area("groups", __name__, __file__, "/groups")
REGISTER = "register_group"
STAFF = tuple(sorted(POWERS["view_person"]))
FORM = Form(
    "group",
    message("Register a group"),
    REGISTER,
    "PUT",
    "/v1/groups/{command}",
    message("Registered."),
    (
        Field("name_zh", message("Name in Chinese"), most=60),
        Field("name_en", message("Name in English"), required=False, most=60),
        Field("leader_id", message("The adult who answers for it"), Kind.PERSON, hint=NOBODY_ELSE),
        Field("unit_id", message("Community"), Kind.UNIT),
    ),
)


@area.page("", needs=SIGNED_IN)
def groups() -> str:
    """Show the groups of the viewer's unit to staff, to others those they belong to."""
    is_staff = holds("view_person")
    query = {"unit": viewer().unit_of(*STAFF)} if is_staff else {"person": viewer().person_id}
    rows = part_of_page(lambda: list(api().all_rows("/v1/groups", **query)))
    return render_template(
        "groups/groups.html",
        rows=rows,
        people=names(row["leader_id"] for row in rows_of(rows)),
        may_register=holds(REGISTER),
    )


@area.page("/new", needs=REGISTER)
def new_group() -> str:
    """Ask what a new group is called and who answers for it."""
    return render_template("groups/new.html", **show(FORM))


@area.act("/new", needs=REGISTER)
def register() -> WerkzeugResponse:
    """Register a group."""
    try:
        group = send(FORM, command_of_form())
    except FieldUnreadableError as error:
        return back_to_form("/groups/new", str(error))
    flash.tell(FORM.done)
    return redirect(f"/groups/{group['group_id']}", 303)


@area.page("/<uuid:group_id>", needs=SIGNED_IN)
def group(group_id: UUID) -> str:
    """Show who belongs to a group."""
    shown: dict[str, Any] = api().get(f"/v1/groups/{group_id}")
    return render_template(
        "groups/group.html",
        group=shown,
        people=names([shown["leader_id"], *shown["member_ids"]]),
        own=viewer().person_id,
        may_change=holds(REGISTER),
    )


@area.act("/<uuid:group_id>/leader", needs=REGISTER)
def change_leader(group_id: UUID) -> WerkzeugResponse:
    """Let another adult answer for a group."""
    return _with_person(group_id, lambda person: (f"/v1/groups/{group_id}/leader", {"leader_id": person}))


@area.act("/<uuid:group_id>/members", needs=REGISTER)
def add_member(group_id: UUID) -> WerkzeugResponse:
    """Let somebody belong to a group."""
    return _with_person(group_id, lambda person: (f"/v1/groups/{group_id}/members/{person}", {}))


@area.act("/<uuid:group_id>/members/<uuid:person_id>/end", needs=SIGNED_IN)
def remove_member(group_id: UUID, person_id: UUID) -> WerkzeugResponse:
    """Let somebody belong to a group no more; anybody may leave."""
    api().delete(f"/v1/groups/{group_id}/members/{person_id}", command=command_of_form())
    flash.tell(message("Recorded."))
    left = str(person_id) == viewer().person_id and not holds(REGISTER)
    return redirect("/groups" if left else f"/groups/{group_id}", 303)


@area.act("/<uuid:group_id>/end", needs=REGISTER)
def end_group(group_id: UUID) -> WerkzeugResponse:
    """End a group."""
    api().delete(f"/v1/groups/{group_id}", command=command_of_form())
    flash.tell(message("The group has ended."))
    return redirect("/groups", 303)


def _with_person(group_id: UUID, request_of: Any) -> WerkzeugResponse:
    page = f"/groups/{group_id}"
    try:
        path, body = request_of(person_of(request.form.get("who", "").strip()))
    except FieldUnreadableError as error:
        return back_to_form(page, str(error))
    api().post(path, body, command=command_of_form())
    flash.tell(message("Recorded."))
    return redirect(page, 303)
