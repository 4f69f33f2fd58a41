"""The API document says what every operation takes and gives."""

from __future__ import annotations

from libs.clock import SystemClock
from services.orders.bootstrap import create_app
from services.orders.tests.keys import settings_of

METHODS = ("get", "put", "post", "delete")


def test_every_operation_has_a_summary_and_says_what_it_answers() -> None:
    app = create_app(settings_of("postgresql://nobody@localhost/nothing"), clock=SystemClock())

    document = app.test_client().get("/openapi.json").get_json()

    operations = [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    silent = [name for name, operation in operations if not operation.get("summary")]
    unclear = [name for name, operation in operations if not {"200", "201"} & operation["responses"].keys()]
    assert document["openapi"] == "3.1.0"
    assert len(operations) > 40
    assert (silent, unclear) == ([], [])
