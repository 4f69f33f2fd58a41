"""Somebody applies, and the desk goes on with it: what tests of applications do over and over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from libs.ids import new_id
from services.accounts.bootstrap import create_app
from services.accounts.settings import Settings
from services.accounts.tests.platform import Caller, Document, Platform, must

NUMBER = "13800000001"
RESIDENT = "110101199001010015"


@dataclass
class Applying:
    """A platform that sends codes, and what applicants and the desk ask of it."""

    platform: Platform
    folder: Path

    @classmethod
    def open(cls, platform: Platform, folder: Path) -> Applying:
        """Let a platform send codes to a folder."""
        settings = Settings(
            database_url=platform.settings.database_url,
            master_key_file=platform.settings.master_key_file,
            demo=True,
            codes_folder=folder,
        )
        platform.app = create_app(settings, clock=platform.clock, database=platform.database)
        return cls(platform, folder)

    def ask(self, path: str, **body: Any) -> TestResponse:
        """Ask something as nobody."""
        return self.platform.client.post(f"/v1/applications/{path}", json=body, headers={"Accept-Language": "en"})

    def code(self, number: str = NUMBER) -> str:
        """Have a code sent and return it."""
        with self.platform.database.transaction() as connection:
            connection.execute(sa.text("DELETE FROM counted_try"))
            connection.execute(sa.text("DELETE FROM application_code"))
        assert self.ask("codes", phone_number=number).status_code == 202
        self.platform.app.extensions["service"].parts["ApplyingParts"].code_desk.settle()
        sent = max(self.folder.glob("*.txt")).read_text().split()
        assert sent[0].endswith(number[-4:])
        return sent[1]

    def ticket(self, number: str = NUMBER) -> str:
        """Prove a number."""
        return str(must(self.ask("tickets", phone_number=number, code=self.code(number)))["ticket"])

    def body(self, ticket: str, **changed: Any) -> Document:
        """Return what an applicant says."""
        version = must(self.platform.client.get("/v1/applications/privacy-text"))["version"]
        said = {
            "ticket": ticket,
            "name": "林晓",
            "born": "1990-01-01",
            "sex": "female",
            "unit_id": self.platform.units["k1"],
            "services": ["B1", "C2"],
            "hours": [{"weekday": 6, "begins": "09:00", "ends": "11:30"}],
            "privacy_version": version,
        }
        return said | changed

    def put(self, body: Document, application_id: str | None = None) -> TestResponse:
        """Apply."""
        path = f"/v1/applications/{application_id or new_id()}"
        return self.platform.client.put(path, json=body, headers={"Accept-Language": "en"})

    def applied(self, number: str = NUMBER, **changed: Any) -> str:
        """Return the id of an application."""
        return str(must(self.put(self.body(self.ticket(number), **changed)))["application_id"])

    def step(self, caller: Caller, application_id: str, name: str, **body: Any) -> TestResponse:
        """Record a step at the desk."""
        said = body or ({"kind": "resident", "number": RESIDENT} if name == "identity" else {"on": "2026-02-28"})
        return caller.post(f"/v1/applications/{application_id}/{name}", said)

    def ready(self, caller: Caller, number: str = NUMBER, **changed: Any) -> str:
        """Return the id of an application that waits for its first signature."""
        application_id = self.applied(number, **changed)
        for name in ("identity", "agreement", "training"):
            must(self.step(caller, application_id, name))
        return application_id

    def sign(self, caller: Caller, application_id: str) -> TestResponse:
        """Sign first."""
        return caller.put(f"/v1/applications/{application_id}/admissions/{new_id()}")

    def decide(self, caller: Caller, application_id: str, **verdict: Any) -> TestResponse:
        """Decide as the second person."""
        shown = must(self.platform.a.get(f"/v1/applications/{application_id}"))
        admission = shown["admissions"][-1]["admission_id"]
        path = f"/v1/applications/{application_id}/admissions/{admission}/decision"
        return caller.post(path, verdict or {"ok": True})
