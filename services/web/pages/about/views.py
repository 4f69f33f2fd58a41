"""The engineers' pages: what runs, whom one may sign in as, and the API to try."""

from __future__ import annotations

from flask import render_template

from services.web.kit.areas import PUBLIC, Area
from services.web.kit.viewer import web

area = Area("about", __name__, __file__)


@area.page("/about", needs=PUBLIC)
def about() -> str:
    """Show what runs and how it is."""
    shown = web().parts.about
    assert shown is not None, "registered only where it is shown"
    return render_template("about/about.html", shown=shown, people=shown.people())


@area.page("/docs", needs=PUBLIC)
def docs() -> str:
    """List every operation of the API, to try it."""
    shown = web().parts.about
    assert shown is not None, "registered only where it is shown"
    return render_template("about/docs.html", people=shown.people())
