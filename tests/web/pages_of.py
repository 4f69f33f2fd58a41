"""Every page of the scene, and who opens it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.scenarios.client import ApiCall
from tests.support.applying import apply
from tests.web.scene import Scene

ROUTES = Path(__file__).parents[2] / "services" / "web" / "tests" / "routes.txt"
PATHS = {
    "nobody": """/ /rules /rules/{d1} /supply /supply/{d1} /check /check/paper /check/certificate
              /sign-in /sign-in?by=code /about /docs /kiosk /apply /nothing""",
    "lan": """/elder /elder/ask /elder/ask/B1 /elder/time /elder/not-wanted /elder/orders/{next} /elder/orders/{today}
              /family /me /urgent/{urgent} /what-now/{next} /what-now/{next}/time /what-now/{next}/referral
              /papers/{lan} /papers/{lan}/slip?month=2026-03 /messages /desk
              /series /series/ask?service=B1 /series/{weekly}
              /series/{weekly}/change?from=2026-12-01&scope=one&act=cancel
              /mine /mine/looks /mine/record/complaint /family/grants/{grant}""",
    "e9": "/elder /elder/time /family /papers/{e9}",
    "min": """/volunteer /door /me /volunteer/time /duty /volunteer/gift /volunteer/orders/{next}
              /volunteer/orders/{open1} /volunteer/receipts/{transfer}
              /groups /mine/record/donation /mine/wallets/{wallet}
              /volunteer/activities /volunteer/visits /papers/{min} /papers/{min}/statement?from=2026-02
              /papers/certificates/{certificate}""",
    "ann": """/family /family/{lan} /family/{lan}/orders/{next}/code /volunteer/gift /series?person={lan}""",
    "coord": """/desk /desk/approvals /desk/approvals?by=day&show=flagged /desk/visits
              /desk/visits/{lan}/visitor?q=nobody /desk/orders/{weak}
              /desk/planning /desk/planning/orders/{open1}
              /desk/checkouts /slips /desk/signatures /desk/stops /desk/stops?volunteer={min} /desk/venues
              /desk/venues/counts /desk/rounds/{round}/sheet
              /applicants /applicants/{applicant} /register /away /duty /duty/roster
              /duty/roster?q=nobody /handover /handover?from={min}&q=min
              /series/stopped /people /people/{lan} /people/{lan}/record/grant /people/{min}/record/qualifications
              /decisions /groups/new /groups/{group}""",
    "check": """/street /objections /objections/orders/{signed}?q=nobody
              /desk/orders/{signed} /me/second-factor /people?q=nobody /people/{min} /decisions""",
    "admin": """/district /objections /district/rules/{d1} /figures?unit={d1} /figures/rows?unit={d1}&indicator=hours
              /figures/credit?unit={d1}&figure=age_under_1 /figures/credit?unit={d1}&month=2026-03
              /district/rules/{d1}/next /district/credit /district/visits?unit={d1}
              /district/catalogue /district/catalogue/next?code=B1
              /district/credit/record/close /district/credit/closes/{close} /district/units /district/units/{k1}
              /district/people /district/people/imports/{sheet} /complaints /people/{lan}/record/estate""",
    "op": """/urgent/{urgent} /what-now /calls /calls/list /calls/sample /calls?q=nobody /calls/{lan}
              /calls/{lan}/orders/{next}/code
              /papers/{lan}""",
}
"""What each opens by its address; what a press leads to has a test of its own."""
OTHER_STATUS = {("nobody", "/nothing"): 404, ("lan", "/desk"): 403}
LABELS = ("next", "today", "open1", "lan", "min", "e9", "weak", "signed")
BY_A_PRESS = {
    "/kiosk/there": "signed in on a device that everybody shares: test_what_only_a_press_leads_to",
    "/sign-in/device": "after a press on the page to sign in: test_what_only_a_press_leads_to",
    "/me/second-factor/first-code": "while one is set up: test_second_factor",
    "/me/second-factor/recovery-codes": "once it is set up: test_second_factor",
    "/sign-in/approve/<approval>": "by the QR of another screen: test_what_only_a_press_leads_to",
}
NO_PAGE = {
    "/app.webmanifest": "what an installed page is called",
    "/service-worker.js": "a script",
    "/door/state": "what the script at the door asks",
    "/desk/approvals.csv": "a table to save",
    "/desk/approvals.xlsx": "a table to save",
    "/desk/venues/counts/table.<ending>": "a table to save",
    "/figures/table.<ending>": "a table to save",
    "/figures/rows.<ending>": "a table to save",
    "/figures/credit.<ending>": "a table to save",
    "/desk/rounds/<uuid:order_id>/sheet.<ending>": "a table to save, or a PDF",
    "/district/people/export.csv": "a table to save",
    "/district/people/export.xlsx": "a table to save",
    "/slips/sheet.pdf": "a PDF",
    "/desk/scans/<uuid:scan_id>": "a picture that somebody uploaded: test_slips",
    "/volunteer/photos/<uuid:scan_id>": "a picture that the viewer sent",
    "/papers": "leads to /papers/<person_id>",
    "/papers/<uuid:person_id>/slip.pdf": "a PDF",
    "/papers/<uuid:person_id>/statement.pdf": "a PDF",
    "/papers/certificates/<uuid:certificate_id>.pdf": "a PDF",
    "/photos/<uuid:person_id>": "a photograph",
    "/papers/certificates/<uuid:certificate_id>.jwt": "a signed file",
    "/supply/<uuid:district_id>.pdf": "a PDF",
    "/volunteer/calendar.ics": "a calendar",
    "/volunteer/receipts/<uuid:transfer_id>/file": "a receipt to save",
}
UNKNOWN = "/nothing"


MADE: dict[str, Callable[[Scene], tuple[str, str, dict[str, Any]]]] = {
    "group": lambda scene: ("coord", "/v1/groups", _group(scene)),
    "close": lambda scene: ("admin", "/v1/period-closes", {"district_id": scene.unit_of("d1"), "month": "2026-02"}),
    "round": lambda scene: ("coord", "/v1/rounds", _round(scene)),
    "sheet": lambda _scene: ("admin", "/v1/imports", {"rows": [{"name_zh": "?"}]}),
}


def _group(scene: Scene) -> dict[str, Any]:
    return {"name_zh": "邻里队", "leader_id": scene.id_of("hao"), "unit_id": scene.unit_of("k1")}


def _round(scene: Scene) -> dict[str, Any]:
    way: dict[str, Any] = {"unit_id": scene.unit_of("k1"), "service": "A7", "minutes": 60}
    start = scene.run.world.story.instant("D6 10:00").isoformat()
    return way | {"start": start, "recipient_ids": [scene.id_of("lan")]}


def ids_of(scene: Scene) -> dict[str, str]:
    """Return the ids that stand in addresses, and make what the scene's story does not tell of."""
    ids = {label: scene.id_of(label) for label in LABELS}
    ids |= {"d1": scene.unit_of("d1"), "transfer": scene.receipt_id}
    ids |= {"certificate": _certificate(scene), "applicant": _applicant(scene)}
    ids |= {"urgent": _urgent_call(scene), "weekly": _series(scene)}
    ids |= {"k1": scene.unit_of("k1"), "grant": scene.id_of("grant"), "wallet": _wallet(scene)}
    ids |= {name: _put(scene, name) for name in MADE}
    return ids


def paths_of(who: str, ids: dict[str, str]) -> list[str]:
    """Return the pages of somebody."""
    return [path.format(**ids) for path in PATHS[who].split()]


def get_routes() -> set[str]:
    """Return every address that is opened, as the pages' list of routes has it."""
    lines = (line.split() for line in ROUTES.read_text("utf-8").splitlines())
    return {rule for method, rule, *_ in lines if method == "GET"}


def is_address_of(path: str, rule: str) -> bool:
    """Tell whether an address, with names in braces, is one of a route's."""
    pattern = re.sub(r"<[^>]+>", "[^/]+", rule.replace(".", r"\."))
    return re.fullmatch(pattern, path.partition("?")[0]) is not None


def _wallet(scene: Scene) -> str:
    """Return a wallet of the volunteer."""
    rows = scene.get("min", "/v1/wallets", person=scene.id_of("min"))["items"]
    return str(rows[0]["wallet_id"])


def _put(scene: Scene, name: str) -> str:
    """Make a group, a month that is proposed to be closed, or a sheet of nobody; asked for again, it is the same."""
    world, made_id = scene.run.world, scene.id_of(name)
    by, path, body = MADE[name](scene)
    world.must(world.login(by), "PUT", f"{path}/{made_id}", body)
    return made_id


def _certificate(scene: Scene) -> str:
    """Return a certificate of the volunteer's service: asked for again, it is the same one."""
    certificate_id = scene.id_of("certificate")
    call = ApiCall(scene.login("min"), "PUT", f"/v1/certificates/{certificate_id}", {"person_id": scene.id_of("min")})
    status, document = scene.run.client.send(call)
    assert status in (200, 201), document
    return certificate_id


def _applicant(scene: Scene) -> str:
    """Return somebody who applies and whose document nobody has seen yet."""
    waiting = scene.get("coord", "/v1/applications", unit=scene.unit_of("k1"))["items"]
    named = [row["application_id"] for row in waiting if row["name"] == "顾小雨"]
    outbox = scene.folder / "platform" / "sent-codes"
    return (
        named[0]
        if named
        else apply(scene.url, outbox, number="13900000088", unit_id=scene.unit_of("k1"), name="顾小雨")
    )


def _urgent_call(scene: Scene) -> str:
    """Return an urgent call of the elder that the desk has closed: nothing else changes by it."""
    world = scene.run.world
    incident_id = world.id_of("urgent")
    world.must(world.login("lan"), "PUT", f"/v1/incidents/{incident_id}", {"person_id": scene.id_of("lan")})
    closing, ended = f"/v1/incidents/{incident_id}/closing", {"outcome": "已联系上，一切安好"}
    world.must(world.login("op"), "POST", closing, ended, key="urgent")
    return incident_id


def _series(scene: Scene) -> str:
    """Return help every week that begins long after everything else: no order is made of it."""
    world = scene.run.world
    series_id = world.id_of("weekly")
    weekly = {"recipient_id": scene.id_of("lan"), "service": "B1", "funding": "credit", "minutes": 60}
    weekly |= {"weekdays": [2, 5], "time": "09:00", "from": "2026-12-01"}
    world.must(world.login("lan"), "PUT", f"/v1/series/{series_id}", weekly)
    return series_id
