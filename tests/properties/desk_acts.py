"""What one person alone may try with a second factor of their own, at the call list, and by stopping volunteers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Act = tuple[str, str, dict[str, Any] | bytes]


def desk_acts(id_of: Callable[[str], str], volunteer_ids: tuple[str, ...]) -> Iterator[Act]:
    """Yield acts none of which makes credit: a code is never known without its telephone."""
    code = {"code": "123456"}
    yield "POST", "/v1/sessions/second-factor", {"ticket": id_of("ticket")} | code
    yield "POST", "/v1/me/second-factor", {"password": "not mine"}
    yield "POST", "/v1/me/second-factor/first-code", code
    yield "POST", "/v1/me/second-factor/recovery-codes", code
    yield "POST", "/v1/me/second-factor/removal", code
    yield "POST", f"/v1/call-list/{id_of('notice')}/outcome", {"outcome": "reached"}
    for volunteer_id in volunteer_ids:
        stop = f"/v1/volunteer-stops/{id_of('stop' + volunteer_id)}"
        yield "PUT", stop, {"volunteer_id": volunteer_id, "why": "alone"}
        yield "POST", f"{stop}/lifting", {"why": "alone"}
