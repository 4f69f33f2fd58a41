"""The sample service: notes are added by clerks of a unit, counted by anybody who is signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import SystemClock
from libs.db import Connection, Database
from libs.errors import RuleError
from libs.http import (
    RoleAt,
    Service,
    Verifier,
    create_service_app,
    current_actor,
    public,
    reading,
    require,
    run_command,
)
from libs.http.fields import Text, Whole, page_cursor, page_limit
from libs.http.limits import Rate
from libs.http.lists import Listing
from libs.programme.standing import StandingDirectory, save_standing
from libs.programme.words import PersonStatus

MIGRATIONS = Path(__file__).parent / "migrations"

UNIT = UUID("11111111-1111-7111-8111-111111111111")
CITY = UUID("22222222-2222-7222-8222-222222222222")
NOTE = sa.table("note", sa.column("note_id", sa.Uuid), sa.column("text", sa.Text), sa.column("minutes", sa.Integer))
NOTES = Listing(sa.select(NOTE), order=(NOTE.c.note_id,), narrowed={})
notes = Blueprint("notes", __name__, url_prefix="/v1")


class NoteTooLongError(RuleError):
    """A note takes at most 480 minutes."""

    limit: int
    minutes: int


class NoteSchema(ma.Schema):
    """The body of a note."""

    text = Text(200, shortest=1, required=True)
    minutes = Whole(1, 1440, required=True)


class PageSchema(ma.Schema):
    """Which page."""

    limit = page_limit(default=2, most=50)
    cursor = page_cursor()


@notes.route("/notes/<uuid:note_id>")
class NoteView(MethodView):
    """One note."""

    @notes.arguments(NoteSchema)
    @notes.response(201)
    def put(self, fields: dict[str, object], note_id: UUID) -> dict[str, object]:
        actor = current_actor()

        def add(connection: Connection) -> dict[str, object]:
            require(actor, frozenset({"clerk"}), [UNIT, CITY])
            return add_note(connection, note_id=note_id, text=str(fields["text"]), minutes=int(str(fields["minutes"])))

        return run_command(add, terms=fields, command_id=note_id)


@notes.route("/notes")
class NotesView(MethodView):
    """All notes."""

    @notes.arguments(PageSchema, location="query")
    @notes.response(200)
    def get(self, page: dict[str, object]) -> dict[str, object]:
        with reading() as connection:
            return NOTES.page(connection, page).answer()

    @notes.response(201)
    def post(self) -> dict[str, object]:
        fields = request.get_json()
        return run_command(
            lambda connection: add_note(connection, note_id=UUID(fields["note_id"]), text="-", minutes=1), terms=fields
        )


@notes.route("/opening-hours")
@public
class HoursView(MethodView):
    """What everybody may ask."""

    @notes.response(200)
    def get(self) -> dict[str, str]:
        return {"hours": "9-17"}


@notes.route("/failure")
class FailureView(MethodView):
    """A mistake of ours."""

    @notes.response(200)
    def get(self) -> dict[str, str]:
        raise KeyError("a secret that no caller may read")


@notes.route("/slow-notes/<uuid:note_id>")
class SlowView(MethodView):
    """A note whose use case waits until the test lets it go on."""

    @notes.response(201)
    def put(self, note_id: UUID) -> dict[str, object]:
        gate: Gate = current_app.extensions["service"].parts["gate"]

        def add(connection: Connection) -> dict[str, object]:
            gate.entered.release()
            assert gate.open.wait(10)
            return add_note(connection, note_id=note_id, text="slow", minutes=1)

        return run_command(add, terms={}, command_id=note_id)


class Gate:
    """Lets a test hold a command in the middle."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()


def tell_sample_service(
    sample: Flask,
    person_id: UUID,
    *,
    role: str = "clerk",
    unit_id: UUID = UNIT,
    status: str = PersonStatus.ACTIVE,
) -> None:
    """Let the sample service know who somebody is now."""
    service: Service = sample.extensions["service"]
    with service.database.transaction() as connection:
        save_standing(connection, person_id, status=status, roles=[RoleAt(role, unit_id)])


def add_note(connection: Connection, *, note_id: UUID, text: str, minutes: int) -> dict[str, object]:
    """Write the note, then refuse it when it is too long: the refusal must take the row back."""
    row = {"note_id": note_id, "text": text, "minutes": minutes}
    connection.execute(sa.text("INSERT INTO note VALUES (:note_id, :text, :minutes)"), row)
    if minutes > 480:
        raise NoteTooLongError(limit=480, minutes=minutes)
    return row


def create_sample_service(
    url: str,
    verifier: Verifier,
    *,
    rate: Rate | None = None,
    checks: dict[str, Callable[[], str | None]] | None = None,
    trusted_proxies: str = "",
) -> Flask:
    """Return the sample service's application."""
    database = Database(url, application_name="desk")
    service = Service(
        "desk", database, SystemClock(), StandingDirectory(), MIGRATIONS, checks=checks or {}, parts={"gate": Gate()}
    )
    return create_service_app(
        service=service,
        blueprints=[notes],
        verifier=verifier,
        title="Desk",
        rate=rate,
        trusted_proxies=trusted_proxies,
    )
