"""The pages people read: a client of the public API like any other, with nothing from another host."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.http.addresses import TrustedProxies, networks
from libs.http.headers import protect_answers
from libs.http.measured import measure_requests
from libs.http.routes import LazyRule
from libs.http.traced import trace_requests
from libs.ids import new_id
from libs.programme.words import Role
from services.web.kit import carried, flash, formats, i18n, kiosk, labels
from services.web.kit.acts import barred, may
from services.web.kit.areas import PUBLIC, declared_need
from services.web.kit.closed import is_closed
from services.web.kit.failures import register_failures
from services.web.kit.lookups import has_photo, service_of
from services.web.kit.navigation import navigation, start_of
from services.web.kit.viewer import EXTENSION, Web, chosen_desk, viewer, viewer_or_none
from services.web.kit.wishes import SPOKEN
from services.web.kit.words_of_rules import label_of_rule
from services.web.pages import AREAS
from services.web.pages.entry.second_factor import ask_to_enrol
from services.web.pages.entry.views import ask_to_sign_in
from services.web.parts import WebParts
from services.web.sessions.signed_in import Sessions
from services.web.sessions.store import SessionStore

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
FORM_BYTES_MAX = 256 * 1024
COOKIE_NAME = "timebank"
STATIC = Path(__file__).parent / "static"


def create_app(parts: WebParts) -> Flask:
    """Return the application that serves every page and its assets under `/assets/`."""
    app = Flask(__name__, static_folder="static", static_url_path="/assets")
    app.url_rule_class = LazyRule
    app.config.update(
        SECRET_KEY=hashlib.sha256(b"cookies" + parts.secret).digest(),
        SESSION_COOKIE_NAME=f"__Host-{COOKIE_NAME}" if parts.secure_cookies else COOKIE_NAME,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=parts.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # The Referer is not sent (Referrer-Policy); SameSite and Origin are looked at.
        MAX_CONTENT_LENGTH=FORM_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES_MAX,
        MAX_FORM_PARTS=2_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=1),
    )
    store = SessionStore(parts.sessions_file, hashlib.sha256(b"sessions" + parts.secret).digest())
    store.prepare()
    app.extensions[EXTENSION] = Web(parts, Sessions(store))
    app.wsgi_app = TrustedProxies(app.wsgi_app, networks(parts.trusted_proxies))  # type: ignore[method-assign]  # Flask's way
    measure_requests(app, "web")
    trace_requests(app, "web")
    CSRFProtect(app)
    _guard(app)
    _dress(app, parts)
    for area in AREAS:
        if area.name != "about" or parts.about is not None:
            app.register_blueprint(area.blueprint)
    protect_answers(app, policy=CONTENT_SECURITY)
    register_failures(app, ask_to_sign_in=ask_to_sign_in, ask_to_enrol=ask_to_enrol)
    return app


def _guard(app: Flask) -> None:
    """Let nobody past who may not open the page; keep what the request changed of the session."""

    def admit() -> WerkzeugResponse | None:
        if request.endpoint in (None, "static"):
            return None
        need = declared_need(app, request.endpoint)
        if need is None:
            raise Forbidden  # A view that says nothing is open to nobody.
        if _comes_from_elsewhere():
            raise Forbidden
        if need.name == PUBLIC:
            return None
        signed_in = viewer()
        if not need.is_met_by(signed_in.roles):
            raise Forbidden
        return None

    def keep(response: Response) -> Response:
        signed_in = g.get("viewer")
        if signed_in is not None:
            app.extensions[EXTENSION].sessions.keep(signed_in.session)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = "public, max-age=86400"
        asked = request.args.get("lang")
        if asked in i18n.LANGUAGES:
            response.set_cookie(i18n.COOKIE, asked, max_age=365 * 86400, samesite="Lax", httponly=True)
        if response.mimetype == "text/html":
            response.headers["Content-Language"] = i18n.html_language()
            response.headers.setdefault("Vary", "Cookie, Accept-Language")
        return response

    app.before_request(admit)
    app.after_request(keep)


def _comes_from_elsewhere() -> bool:
    """Tell whether a form was sent by a page of another host; the token would say so too."""
    origin = request.headers.get("Origin")
    if request.method != "POST" or origin in (None, "null"):
        return False
    return urlsplit(origin).netloc != request.host  # Whoever ends TLS before us changes the scheme, not the host.


def _dress(app: Flask, parts: WebParts) -> None:
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.filters["named"] = i18n.named
    app.jinja_env.filters["service"] = service_of
    app.jinja_env.filters["by_language"] = i18n.by_language
    app.jinja_env.tests["closed"] = is_closed
    globals_: dict[str, Any] = {
        "may": may,
        "barred_words": barred,
        "has_photo": has_photo,
        "_": i18n.say_markup,
        "label": labels.label,
        "label_of_rule": label_of_rule,
        "label_of_act": labels.label_of_act,
        "label_of_why": labels.label_of_why,
        "typed": carried.typed,
        "was_chosen": carried.was_chosen,
        "carried": carried.carried,
        "told": flash.messages_to_show,
        "spoken": SPOKEN,
        "new_command": lambda: str(new_id()),
        "asset": _asset_address,
    }
    app.jinja_env.globals.update(globals_)

    def context() -> dict[str, Any]:
        signed_in = _viewer_if_possible()
        return {
            "programme": parts.programme_name,
            "desk_phone": parts.desk_phone,
            "lang": i18n.language(),
            "html_lang": i18n.html_language(),
            "viewer": signed_in,
            "navigation": navigation(signed_in.roles) if signed_in else [],
            "desk": chosen_desk(),
            "start": start_of(signed_in.roles) if signed_in else "/",
            "now": parts.clock.now(),
            "is_large": signed_in is not None and signed_in.roles == {Role.RECIPIENT},
            "kiosk": kiosk if kiosk.is_here() else None,
            "has_about": parts.about is not None,
            "other_language": _other_language(),
        }

    app.context_processor(context)


def _viewer_if_possible() -> Any:
    try:
        return viewer_or_none()
    except Exception:  # noqa: BLE001 - a page that says what is wrong must not fail by the same
        g.viewer = None
        return None


def _other_language() -> str:
    """Return this page in the other language."""
    arguments = {name: value for name, value in request.args.items() if name != "lang"}
    arguments["lang"] = "en" if i18n.is_chinese() else "zh"
    path = request.path if request.method == "GET" else "/"
    return f"{path}?" + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in arguments.items())


def _quoted(text: str) -> str:
    return quote(text, safe="")


_ASSETS: dict[str, str] = {}


def _asset_address(name: str) -> str:
    """Return where an asset is; its address changes with its content."""
    if name not in _ASSETS:
        _ASSETS[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/assets/{name}?v={_ASSETS[name]}"
