"""What was typed is never lost: not by a refusal, not by a session that ended in the middle of a form.

A form names the page it stands on. When the API refuses what it sent, its fields wait in the session for that page,
with the reason; when nobody is signed in any more, they wait sealed in the sign-in form, for the same person only.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from flask import g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from services.web.kit.viewer import viewer_or_none, web

PAGE_FIELD = "page"
OWN_FIELDS = frozenset({"csrf_token", PAGE_FIELD, "totp_code", "recovery_code", "ticket"})
FIELDS_MAX = 200
TEXT_MAX = 2_000
CARRIED_MAX = 24_000
SEALED_SECONDS = 3600
PATH_MAX = 300


def local_path(path: str | None, fallback: str = "/") -> str:
    """Return a path of these pages, whatever was asked for: nothing leads to another host."""
    asked = path or ""
    parts = urlsplit(asked)
    is_ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    if not is_ours or len(asked) > PATH_MAX or any(ord(sign) < 32 or sign == "\\" for sign in asked):
        return fallback
    return asked


def page_of_form(fallback: str = "/") -> str:
    """Return the page on which the form stands that was sent."""
    return local_path(request.form.get(PAGE_FIELD), fallback)


def typed_fields() -> dict[str, list[str]]:
    """Return what was typed into the form that was sent, up to a bound."""
    fields = {
        name: [value[:TEXT_MAX] for value in request.form.getlist(name)]
        for name in list(request.form)[:FIELDS_MAX]
        if name not in OWN_FIELDS and "password" not in name
    }
    return fields if len(json.dumps(fields)) <= CARRIED_MAX else {}


def keep_for_page(path: str, fields: dict[str, list[str]], problem: dict[str, Any] | None = None) -> None:
    """Keep what was typed until its page is shown again."""
    signed_in = viewer_or_none()
    if signed_in is not None:
        signed_in.session.keep("carried", {"path": urlsplit(path).path, "fields": fields, "problem": problem})


def carried() -> dict[str, Any]:
    """Return what waits for this page: `fields`, and `problem` when the API refused it."""
    if "carried" not in g:
        g.carried = {}
        signed_in = viewer_or_none()
        kept = signed_in.session.content.get("carried") if signed_in is not None else None
        if signed_in is not None and kept and kept["path"] == request.path and request.method == "GET":
            g.carried = signed_in.session.take("carried")
    content: dict[str, Any] = g.carried
    return content


def typed(name: str, default: object = "") -> str:
    """Return what was typed into a field before, or its default."""
    kept = carried().get("fields", {}).get(name)
    return str(kept[0]) if kept else str(default if default is not None else "")


def was_chosen(name: str, value: object, default: bool = False) -> bool:
    """Tell whether a box or radio was chosen before."""
    fields = carried().get("fields")
    return str(value) in fields.get(name, []) if fields else default


def seal(path: str, person_id: str | None) -> str:
    """Seal what was typed for whoever signs in next, if it is the same person."""
    fields = typed_fields() if request.method == "POST" else {}
    return _serializer().dumps({"path": path, "fields": fields, "person": person_id}) if fields else ""


def unseal(sealed: str | None, person_id: str) -> dict[str, Any] | None:
    """Return what was typed before signing in; nothing when it is not theirs, too old, or tampered with."""
    try:
        content: dict[str, Any] = _serializer().loads(sealed or "", max_age=SEALED_SECONDS)
    except BadData:
        return None
    return content if content.get("person") in (None, person_id) else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web().parts.secret, salt="carried over signing in")
