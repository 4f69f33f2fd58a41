"""The front page and the page to try the API with, in Chinese and English."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from flask import Flask, render_template, request

from libs.http.headers import protect_answers

CONTENT_SECURITY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


@dataclasses.dataclass(frozen=True)
class DemoPerson:
    """Somebody invented whom a visitor may sign in as."""

    login: str
    password: str
    name: str
    role_zh: str
    role_en: str
    unit: str


@dataclasses.dataclass(frozen=True)
class Front:
    """What the front page shows."""

    programme_name: str
    services: tuple[str, ...]
    broker: str
    people: Callable[[], list[DemoPerson]]


def create_app(front: Front) -> Flask:
    """Return the application that serves `/`, `/docs` and their assets under `/assets/`."""
    app = Flask(__name__, static_folder="static", static_url_path="/assets")

    def front_page() -> str:
        language = _language()
        return render_template("front.html", front=front, people=front.people(), zh=language == "zh", lang=language)

    def docs_page() -> str:
        language = _language()
        return render_template("docs.html", front=front, people=front.people(), zh=language == "zh", lang=language)

    app.add_url_rule("/", "front", front_page)
    app.add_url_rule("/docs", "docs", docs_page)
    protect_answers(app, policy=CONTENT_SECURITY)
    return app


def _language() -> str:
    asked = request.args.get("lang")
    if asked in ("zh", "en"):
        return asked
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if best == "en" else "zh"
