"""What a start says at its end: where to go, whom to sign in as, three things to try."""

from __future__ import annotations

import json

from services.embedded.folder import DataFolder
from services.embedded.settings import DEMO_PASSWORD, RunOptions
from services.web.parts import DemoPerson

_ROLES = {
    "elder": ("老人", "elder"),
    "daughter": ("老人的女儿、志愿者", "her daughter, a volunteer"),
    "volunteer": ("志愿者", "volunteer"),
    "coordinator": ("社区协调员", "community coordinator"),
    "checker": ("街道复核员", "street checker"),
    "operator": ("话务员", "operator"),
    "admin": ("区管理员", "district administrator"),
    "cityadmin": ("市管理员", "city administrator"),
    "auditor": ("市审计员", "city auditor"),
}


def demo_people(folder: DataFolder) -> list[DemoPerson]:
    """Return the invented people whom a visitor may sign in as; nobody before the city is made."""
    try:
        people = json.loads(folder.city.read_text()).get("people", [])
    except (FileNotFoundError, ValueError):
        return []
    return [
        DemoPerson(one["login"], DEMO_PASSWORD, one["name"], *_ROLES[one["login"]], one["unit"])
        for one in sorted(people, key=lambda one: list(_ROLES).index(one["login"]))
    ]


def text(options: RunOptions, folder: DataFolder) -> str:
    """Return the words printed when the platform is ready."""
    url = f"http://{options.host}:{options.port}"
    lines = [
        "",
        f"  The time bank runs at {url}",
        f"  API documentation:   {url}/docs",
        f"  Logs:                {folder.logs}",
    ]
    people = demo_people(folder)
    if people:
        lines += ["", f"  Sign in as (password {DEMO_PASSWORD}):"]
        lines += [
            f"    {demo_person.login:<12} {demo_person.name}, {demo_person.role_en}, {demo_person.unit}"
            for demo_person in people
        ]
        lines += [
            "",
            "  Three things to try:",
            "    make demo              one request for help, from asking to credit, explained down to its evidence",
            f"    {url}/docs    sign in as anyone above and call GET /v1/orders",
            "    make verify reconcile  prove that the ledger is whole and the services agree",
        ]
    return "\n".join([*lines, "", "  Ctrl-C stops it; nothing is lost.", ""])
