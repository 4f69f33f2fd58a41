"""Forms that are declared, not written: what is asked of somebody, and the body of the request that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import request

from libs.contracts.powers import POWERS
from libs.programme.acting import ConsentHow
from services.web.kit.i18n import say
from services.web.kit.labels import label
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.units import units_below
from services.web.kit.viewer import api, now, viewer

NAME_MAX = 60
MINUTES_MOST = 60_000_000
HOWS = tuple(how.value for how in ConsentHow if how != ConsentHow.GRANT)
Row = dict[str, Any]


class Kind(StrEnum):
    """How something is asked."""

    TEXT = "text"
    WORDS = "words"
    DAY = "day"
    MONTH = "month"
    CHOICE = "choice"
    BOXES = "boxes"
    YES = "yes"
    MINUTES = "minutes"
    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True)
class Field:
    """One thing that is asked; `choices` are closed words, called by the labels under `words`."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    words: str = ""
    hint: str = ""
    required: bool = True
    most: int = 300


@dataclass(frozen=True)
class Form:
    """What is asked in one go, and which request sends it.

    `path` holds the ids of the page, and `{command}` where the request makes something under an id of ours. `needs` is
    a power; `by_consent` asks for the person's word, under which staff act for them, `by_word` for a word that is
    recorded without acting; `versioned` sends the version of the person that was looked at.
    """

    name: str
    title: str
    needs: str
    method: str
    path: str
    done: str
    fields: tuple[Field, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    advice: str = ""
    button: str = ""
    by_consent: bool = False
    by_word: bool = False
    versioned: bool = False
    is_grave: bool = False


class FieldUnreadableError(ValueError):
    """What was typed into a field cannot be read; its text says what, in the reader's language."""


def holds(power: str) -> bool:
    """Tell whether the viewer holds a power anywhere; none is needed for one's own. How far, the API says."""
    return not power or bool(viewer().roles & POWERS[power])


def options_of(field: Field) -> list[tuple[str, str]]:
    """Return what a field offers to choose from."""
    if field.kind is Kind.UNIT:
        return [(place["unit_id"], place["called"]) for place in units_below(viewer().unit_of(*POWERS["view_person"]))]
    offered = [(word, label(f"{field.words}.{word}")) for word in field.choices]
    return offered if field.required or field.kind is Kind.BOXES else [("", "–"), *offered]


def show(form: Form) -> Row:
    """Return what a template needs to show a form."""
    return {
        "form": form,
        "kinds": Kind,
        "options": {field.name: options_of(field) for field in form.fields},
        "hows": [(how, label(f"consent.{how}")) for how in HOWS],
    }


def send(form: Form, command: UUID, **ids: object) -> Row:
    """Send what was typed.

    Raises:
        FieldUnreadableError: a field cannot be read.
        ProblemError: the API refused.
    """
    path = form.path.format(command=command, **ids)
    body = body_of(form, **ids)
    if form.method == "PUT":
        return dict(api().put(path, body))
    version = request.form.get("version", "")[:9] if form.versioned else ""
    return dict(api().post(path, body, command=command, version=version) or {})


def body_of(form: Form, **ids: object) -> Row:
    """Return the body that the typed fields become; what may stay empty and did is left out."""
    body: Row = {name: value.format(**ids) for name, value in form.fixed}
    for field in form.fields:
        value = _read(field)
        if value is not None:
            body[field.name] = value
    if form.by_consent or form.by_word:
        body["consent"] = consent_of_form()
    if form.by_consent:
        body["acting_for"] = str(ids["person"])
    return body


def consent_of_form() -> Row:
    """Return the word that somebody gave, as the form says it."""
    return {
        "how": request.form.get("how", ""),
        "given_at": now().isoformat(),
        "words": request.form.get("consent_words", "").strip(),
    }


def person_of(text: str) -> str:
    """Return the one person of a name, a telephone number or the number of a document.

    Raises:
        FieldUnreadableError: there is none, or there are several.
    """
    rows = api().rows("/v1/persons", q=text[:NAME_MAX]) if text else []
    if len(rows) != 1:
        raise FieldUnreadableError(say("“%(name)s”: nobody, or several people, of this name.", name=text))
    return str(rows[0]["person_id"])


def _read(field: Field) -> Any:
    if field.kind is Kind.BOXES:
        return [word for word in request.form.getlist(field.name) if word in field.choices]
    if field.kind is Kind.YES:
        return request.form.get(field.name) == "yes"
    text = request.form.get(field.name, "").strip()
    if not text:
        if field.required:
            raise FieldUnreadableError(say("%(field)s: this is needed.", field=say(field.label)))
        return None
    return _readers()[field.kind](text)


def _readers() -> dict[Kind, Any]:
    plain = dict.fromkeys((Kind.TEXT, Kind.WORDS, Kind.CHOICE, Kind.UNIT, Kind.MONTH), str)
    return plain | {Kind.DAY: _day, Kind.MINUTES: _minutes, Kind.PERSON: person_of}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FieldUnreadableError(say("“%(day)s” is no day; please write it as 2026-03-01.", day=text)) from None


def _minutes(text: str) -> int:
    if text == "0":
        return 0  # Where nothing is an amount; where it is none, the API says so.
    try:
        return read_minutes(text, most=MINUTES_MOST)
    except MinutesUnreadableError:
        raise FieldUnreadableError(say("Please say how long as 90, 1:30 or 1 h 30.")) from None
