"""Find somebody; their file, what may be recorded about them, and a second factor that was lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.forms import FieldUnreadableError, Form, holds, send, show
from services.web.kit.i18n import by_language
from services.web.kit.lookups import names
from services.web.kit.refusing import back_to_form
from services.web.kit.urgent import open_about
from services.web.kit.viewer import api, viewer
from services.web.pages.decisions.matters import of_person
from services.web.pages.people.forms import ABOUT_CREDIT, ABOUT_THEM, FORMS, GRAVE

area = Area("people", __name__, __file__, "/people")
LOOK = "view_person"
POWER = "reset_second_factor"
WORDS_MAX = 60
WHY = "the file"
"""Why the page looks at somebody: it stands in the log that they see."""
HANDING_OVER = (Role.OPERATOR, Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN, Role.CITY_ADMIN)
Row = dict[str, Any]


@area.page("", needs=LOOK)
def people() -> WerkzeugResponse | str:
    """Find somebody."""
    words = request.args.get("q", "").strip()[:WORDS_MAX]
    found = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    if len(rows_of(found)) == 1:
        return redirect(f"/people/{rows_of(found)[0]['person_id']}", 303)
    return render_template("people/people.html", words=words, found=found)


@area.page("/<uuid:person_id>", needs=LOOK)
def person(person_id: UUID) -> str:
    """Show somebody with everything that is recorded, and what waits for a second person."""
    shown = api().get(f"/v1/persons/{person_id}", why=WHY)
    matters = of_person(str(person_id))
    listed = {name: part_of_page(partial(read, str(person_id))) for name, read in LISTS.items()}
    return render_template(
        "people/person.html",
        person=shown,
        name=by_language(shown.get("names")),
        matters=matters,
        urgent=open_about(str(person_id), shown["home_unit_id"]),
        people=names(_hands([*matters.rows, *(row for rows in listed.values() for row in rows_of(rows))])),
        groups=[[form for form in forms if holds(form.needs)] for forms in (ABOUT_THEM, ABOUT_CREDIT, GRAVE)],
        may_reset=holds(POWER),
        may_end_roles=holds("grant_role") or holds("register_person"),
        may_end_relations=holds("record_relation"),
        may_correct=holds("propose_death_mistake"),
        waits=any(row["state"] == "proposed" for row in rows_of(listed["resets"])),
        own=viewer().person_id,
        open_work=part_of_page(lambda: _open_work(person_id)),
        **listed,
    )


@area.page("/<uuid:person_id>/record/<name>", needs=LOOK)
def record(person_id: UUID, name: str) -> str:
    """Show one form about somebody."""
    form = _form(name)
    shown = api().get(f"/v1/persons/{person_id}", why=WHY)
    return render_template(
        "people/record.html",
        person=shown,
        name=by_language(shown.get("names")),
        present=_present(shown),
        **show(form),
    )


@area.act("/<uuid:person_id>/record/<name>", needs=LOOK)
def send_record(person_id: UUID, name: str) -> WerkzeugResponse:
    """Record what the form says."""
    form = _form(name)
    try:
        send(form, command_of_form(), person=person_id)
    except FieldUnreadableError as error:
        return back_to_form(f"/people/{person_id}/record/{name}", str(error))
    flash.tell(form.done)
    return redirect(f"/people/{person_id}", 303)


@area.act("/<uuid:person_id>/roles/<uuid:grant_id>/end", needs=("grant_role", "register_person"))
def end_role(person_id: UUID, grant_id: UUID) -> WerkzeugResponse:
    """Take a role away, or one's own proposal back; what waited for its holder alone is shown then."""
    ended = api().delete(f"/v1/persons/{person_id}/roles/{grant_id}", command=command_of_form())
    if ended.get("open_proposals") or _open_work(person_id):
        flash.tell(message("It has ended. This is what waited for them alone: say who takes it over."))
        return redirect(f"/handover?from={person_id}", 303)
    return _told_ended(person_id)


@area.act("/<uuid:person_id>/relations/<uuid:relation_id>/end", needs="record_relation")
def end_relation(person_id: UUID, relation_id: UUID) -> WerkzeugResponse:
    """Say that a relation has ended."""
    return _end(person_id, f"/v1/relations/{relation_id}")


@area.act("/<uuid:person_id>/grants/<uuid:grant_id>/end", needs="record_acting_grant")
def end_grant(person_id: UUID, grant_id: UUID) -> WerkzeugResponse:
    """End a relative's right to act, as the person said."""
    return _end(person_id, f"/v1/acting-grants/{grant_id}")


@area.act("/<uuid:person_id>/deaths/<uuid:death_id>/mistake", needs="propose_death_mistake")
def propose_mistake(person_id: UUID, death_id: UUID) -> WerkzeugResponse:
    """Propose that a death was recorded by mistake."""
    body = {"why": request.form.get("why", "").strip()}
    api().put(f"/v1/deaths/{death_id}/mistakes/{command_of_form()}", body)
    flash.tell(message("Proposed. A second person decides."))
    return redirect(f"/people/{person_id}", 303)


@area.act("/<uuid:person_id>/second-factor-resets", needs=POWER)
def propose_reset(person_id: UUID) -> WerkzeugResponse:
    """Propose that a second factor that was lost ends."""
    api().put(f"/v1/persons/{person_id}/second-factor-resets/{command_of_form()}", {})
    flash.tell(message("Proposed. Another member of staff above this person decides."))
    return redirect(f"/people/{person_id}", 303)


@area.act("/<uuid:person_id>/second-factor-resets/<uuid:reset_id>/decision", needs=POWER)
def decide_reset(person_id: UUID, reset_id: UUID) -> WerkzeugResponse:
    """Say yes or no to what another proposed."""
    agrees = request.form.get("ok") == "yes"
    path = f"/v1/persons/{person_id}/second-factor-resets/{reset_id}/decision"
    api().post(path, {"ok": agrees, "why": request.form.get("why", "")}, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect(f"/people/{person_id}", 303)


def _form(name: str) -> Form:
    """Return a form that the viewer may fill in.

    Raises:
        NotFound: there is no such form.
        Forbidden: the viewer may not.
    """
    form = FORMS.get(name)
    if form is None:
        raise NotFound
    if not holds(form.needs):
        raise Forbidden
    return form


def _end(person_id: UUID, path: str) -> WerkzeugResponse:
    api().delete(path, command=command_of_form())
    return _told_ended(person_id)


def _told_ended(person_id: UUID) -> WerkzeugResponse:
    flash.tell(message("It has ended, or waits for a second person where two must agree."))
    return redirect(f"/people/{person_id}", 303)


def _open_work(person_id: UUID) -> list[Row]:
    """Return what orders holds for somebody alone, to who may hand it over."""
    if not holds("hand_over"):
        return []
    return _rows("/v1/open-work", unit=viewer().unit_of(*HANDING_OVER), person=person_id)


def _present(shown: Row) -> Row:
    """Return what is recorded already, by the names of the fields that ask for it."""
    return {**shown, **(shown.get("qualifications") or {}), "categories": shown.get("hardship") or []}


def _hands(rows: list[Row]) -> list[str | None]:
    fields = ("proposed_by", "decided_by", "relative_id", "person_id", "seen_by", "recorded_by")
    return [row.get(field) for row in rows for field in fields]


def _rows(path: str, **query: object) -> list[Row]:
    """Return what is listed; nothing where the viewer may not see it."""
    return or_nothing(lambda: api().rows(path, **query), 403, 404) or []


def _one(path: str, **query: object) -> list[Row]:
    shown = or_nothing(lambda: api().get(path, **query), 403, 404)
    return [shown] if shown else []


LISTS: dict[str, Callable[[str], list[Row]]] = {
    "resets": lambda who: _rows(f"/v1/persons/{who}/second-factor-resets"),
    "relations": lambda who: _rows("/v1/relations", person=who),
    "grants": lambda who: [row for row in _rows("/v1/acting-grants", person=who) if row["active"]],
    "deaths": lambda who: _rows("/v1/deaths", person=who),
    "sightings": lambda who: _rows(f"/v1/persons/{who}/identity-sightings"),
    "wallets": lambda who: [row for row in _rows("/v1/wallets", person=who) if row["balance_minutes"]],
    "due": lambda who: [row for row in _one("/v1/recoveries", person=who) if row["due_minutes"]],
    "entitled": lambda who: [row for row in _one("/v1/entitlements/current", person=who) if row["minutes"]],
    "erasures": lambda who: _one(f"/v1/persons/{who}/erasure"),
}
"""What else stands in the file."""
