"""The language of a page: English in code and templates, Chinese in this package's catalogue."""

from __future__ import annotations

from flask import g, has_request_context, request
from markupsafe import Markup, escape

from libs.translation import in_chinese

LANGUAGES = ("zh", "en")
LOCALES = ("zh_CN", "en_GB")
COOKIE = "language"
_MODULE = "services.web.kit.i18n"


def language() -> str:
    """Return the language of this request: as chosen, else as the browser asks, else Chinese."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def speak(chosen: str | None) -> None:
    """Go on in another language, if it is one of ours."""
    if chosen in LANGUAGES:
        g.language = chosen


def is_chinese() -> bool:
    """Tell whether the page is Chinese."""
    return language() == "zh"


def locale() -> str:
    """Return the locale that dates and numbers are written in."""
    return LOCALES[0] if is_chinese() else LOCALES[1]


def html_language() -> str:
    """Return the language as HTML and HTTP name it."""
    return "zh-CN" if is_chinese() else "en"


def say(english: str, **values: object) -> str:
    """Return a text in the page's language, with its values put in as they are."""
    text = in_chinese(english, module=_MODULE) if is_chinese() else english
    return text % values if values else text


def say_markup(english: str, **values: object) -> Markup:
    """Return a text for a template: whatever is put in is escaped."""
    text = in_chinese(english, module=_MODULE) if is_chinese() else english
    return Markup(escape(text)) % values if values else escape(text)


def by_language(names: dict[str, str] | None, fallback: str = "") -> str:
    """Return the name in the page's language, or the one there is."""
    given = names or {}
    first, second = ("zh", "en") if is_chinese() else ("en", "zh")
    return given.get(first) or given.get(second) or fallback


def named(thing: dict[str, object]) -> str:
    """Return `name_zh` or `name_en` of a unit or a service, whichever the page's language has."""
    return by_language({"zh": str(thing.get("name_zh") or ""), "en": str(thing.get("name_en") or "")})


def _chosen() -> str:
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if best == "en" else "zh"
