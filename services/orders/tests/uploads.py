"""Send the files that orders keeps, as the people of a world do."""

from __future__ import annotations

from typing import Any

from services.orders.tests.harness import OrdersHarness, named
from tests.support.pictures import png


def scan(world: OrdersHarness, by: str, *, shade: int = 0) -> str:
    """Upload a slip's scan; return its id."""
    scan_id = named(f"scan/{by}/{shade}")
    answer = upload(world, by, f"/v1/scans/{scan_id}", png(shade))
    assert answer.status_code == 201, answer.get_json()
    return str(scan_id)


def upload(world: OrdersHarness, by: str, path: str, content: bytes, *, kind: str = "image/png") -> Any:
    """Send a file as a person; return the response."""
    headers = {"Authorization": f"Bearer {world.token(by)}", "Content-Type": kind}
    return world.app.test_client().put(path, headers=headers, data=content)
