"""Checking a receipt or a paper in the browser, which sends nothing anywhere, and a certificate by its code."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from services.web.clients.api import ProblemError
from services.web.kit.areas import PUBLIC, Area
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.i18n import named
from services.web.kit.viewer import anonymous_api

area = Area("checks", __name__, __file__, "/check")
CODE_MAX = 100


@area.page("", needs=PUBLIC)
def receipt() -> str:
    """Let a receipt be checked in the browser."""
    return render_template("checks/check.html", trust=part_of_page(_trust))


@area.page("/paper", needs=PUBLIC)
def paper() -> str:
    """Let a paper's code be checked in the browser: what it holds stands behind the `#`, which is sent to nobody."""
    return render_template("checks/paper.html", trust=part_of_page(_trust))


@area.page("/certificate", needs=PUBLIC)
def certificate() -> str:
    """Ask for the number and the code of a certificate; a scanned one brings them behind the `#`."""
    return render_template("checks/certificate.html", asked={}, found=None)


@area.act("/certificate", needs=PUBLIC)
def look_up() -> str:
    """Say whether a certificate was issued here; number and code stand in no address."""
    asked = {name: request.form.get(name, "").strip()[:CODE_MAX] for name in ("certificate", "code")}
    try:
        shown = anonymous_api().get(f"/v1/certificates/{UUID(asked['certificate'])}", code=asked["code"] or "-")
    except ValueError:
        shown = {"verifies": False}
    except ProblemError as error:
        if error.status not in (400, 404, 422):
            raise
        shown = {"verifies": False}
    return render_template("checks/certificate.html", asked=asked, found=shown)


def _trust() -> list[tuple[str, str]]:
    """Return the trust file of each district that has a log by now."""
    districts = anonymous_api().rows("/v1/organisation-units", level="district")
    texts = ((named(district), _trust_of(district["unit_id"])) for district in districts)
    return [(name, text) for name, text in texts if text]


def _trust_of(district_id: str) -> str:
    answer = or_nothing(lambda: anonymous_api().answer("GET", f"/v1/logs/{district_id}/trust"))
    return answer.body.decode() if answer else ""
