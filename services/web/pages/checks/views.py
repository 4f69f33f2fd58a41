"""Checking a receipt or a paper in the browser, which sends nothing anywhere, and a certificate by its code."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from services.web.clients.api import ProblemError
from services.web.kit.areas import PUBLIC, Area
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.i18n import named
from services.web.kit.viewer import anonymous_api, now

area = Area("checks", __name__, __file__, "/check")
CODE_MAX = 100
NOT_GENUINE = {"verifies": False, "state": "not_genuine"}


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
    """Let a certificate be checked in the browser: it stands behind the `#`, which is sent to nobody."""
    return render_template("checks/certificate.html", asked={}, looked_up=None, trust=part_of_page(_trust), now=now)


@area.act("/certificate", needs=PUBLIC)
def look_up() -> str:
    """Say whether a certificate was issued here; number and code stand in no address."""
    asked = {name: request.form.get(name, "").strip()[:CODE_MAX] for name in ("certificate", "code")}
    try:
        shown = anonymous_api().get(f"/v1/certificates/{UUID(asked['certificate'])}", code=asked["code"] or "-")
    except ValueError:
        shown = NOT_GENUINE
    except ProblemError as error:
        if error.status not in (400, 404, 422):
            raise
        shown = NOT_GENUINE
    return render_template("checks/certificate.html", asked=asked, looked_up=shown, trust=part_of_page(_trust), now=now)


def _trust() -> list[tuple[str, str]]:
    """Return the trust file of each district that has a log by now, with the keys of the certificates."""
    districts = anonymous_api().rows("/v1/organisation-units", level="district")
    certificates = _text("/v1/certificates/trust")
    texts = ((named(district), _text(f"/v1/logs/{district['unit_id']}/trust")) for district in districts)
    return [(name, text + certificates) for name, text in texts if text]


def _text(path: str) -> str:
    answer = or_nothing(lambda: anonymous_api().answer("GET", path), 404, 422)
    return answer.body.decode() if answer else ""
