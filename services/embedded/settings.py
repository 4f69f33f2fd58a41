"""What a start of the embedded platform was asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

SERVICES = ("accounts", "orders", "ledger", "redemption")
BROKERS = ("postgres", "kafka")
SECOND_FACTOR = ("required", "offered")
API_WORKERS = 2
API_THREADS = 24
DEMO_PASSWORD = "timebank-demo-7"
DEMO_DESK_PHONE = "0000 1234 5678"


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """One start: where its data are, where it listens, and what kind of platform it is."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8080
    inside_port: int | None = None
    broker: str = "postgres"
    manual_clock: bool = False
    demo: bool = True
    city_orders: int = 300
    seed: int = 7
    trusted_proxies: str = ""
    desk_phone: str = ""
    secure_cookies: bool = False
    second_factor: str = ""

    @property
    def has_city(self) -> bool:
        """Tell whether the demo city is loaded; a platform with a manual clock starts empty."""
        return self.demo and not self.manual_clock

    @property
    def may_move_time(self) -> bool:
        """Tell whether the clock may be moved: only where the people are invented."""
        return self.demo or self.manual_clock

    @property
    def kind(self) -> str:
        """Return what the data folder is for; a folder keeps its kind for ever."""
        return "manual" if self.manual_clock else "demo" if self.demo else "live"


class StartRefusedError(Exception):
    """The platform cannot start; the message tells the person at the keyboard why, and what to do."""
