"""What the pages are made of, given by whoever runs them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from libs.clock import Clock
from services.web.clients.transport import Transport


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
class About:
    """What an engineer wants to know; shown on a platform with invented people only."""

    services: tuple[str, ...]
    broker: str
    people: Callable[[], list[DemoPerson]]


@dataclasses.dataclass(frozen=True)
class WebParts:
    """One set of pages: how it reaches the API, where it keeps sessions, what it is called."""

    api: Transport
    sessions_file: Path
    secret: bytes
    clock: Clock
    programme_name: str
    desk_phone: str = ""
    """The number of the service desk, which stands on every page of an elder."""
    secure_cookies: bool = False
    trusted_proxies: str = ""
    about: About | None = None
