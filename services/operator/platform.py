"""Where a platform is: by a data folder, as its supervisor wrote it down, or by the URLs of OPERATOR_*."""

from __future__ import annotations

import dataclasses
import getpass
import json
import os
from collections.abc import Mapping
from pathlib import Path

from libs.bus.kafka_settings import KafkaSettings
from libs.clock import Clock, ManualClock, SystemClock
from libs.roles import read_settings

RUN_FILE = Path("run") / "platform.json"
CLOCK_FILE = Path("clock")
SERVICES = ("accounts", "orders", "ledger", "redemption")


class PlatformAwayError(Exception):
    """No platform runs on this folder."""


@dataclasses.dataclass(frozen=True)
class RunningPlatform:
    """A platform that runs now."""

    url: str
    # Where it says what is wrong, to this machine only.
    inside_url: str
    kind: str
    broker: str
    supervisor: int
    children: dict[str, int]
    readers: dict[str, str]
    # The services' own roles, for the few acts that change something: mending events.
    writers: dict[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeskSettings(KafkaSettings):
    """What is read from OPERATOR_*: each database as `<service>_reader`; for the few acts that mend, as its app.

    Only a restore needs the owners. `backup_file` is where it is written down when backups were done.
    """

    accounts_url: str | None = None
    orders_url: str | None = None
    ledger_url: str | None = None
    redemption_url: str | None = None
    accounts_app_url: str | None = None
    orders_app_url: str | None = None
    ledger_app_url: str | None = None
    redemption_app_url: str | None = None
    accounts_owner_url: str | None = None
    orders_owner_url: str | None = None
    ledger_owner_url: str | None = None
    redemption_owner_url: str | None = None
    backup_file: Path | None = None
    log_folder: Path | None = None


@dataclasses.dataclass(frozen=True)
class Reached:
    """What an operator's act needs of a platform, wherever it runs."""

    readers: dict[str, str]
    writers: dict[str, str]
    """Of the services that may be mended from here, and of the broker's database where that carries the events."""
    kafka: KafkaSettings
    """Where Kafka is, if that is known, and how it is reached."""
    is_on_kafka: bool
    log_folder: Path | None
    heads_folder: Path | None
    clock: Clock

    def writer(self, service: str) -> str:
        """Return the way in of the service itself.

        Raises:
            PlatformAwayError: it was not given.
        """
        if service not in self.writers:
            raise PlatformAwayError(f"This changes something: set OPERATOR_{service.upper()}_APP_URL, as {service}_app")
        return self.writers[service]

    def logs(self) -> Path:
        """Return the folder of the ledger's logs.

        Raises:
            PlatformAwayError: it was not given.
        """
        if self.log_folder is None:
            raise PlatformAwayError("Set OPERATOR_LOG_FOLDER to where the sealer writes the logs")
        return self.log_folder


def reach(folder: Path) -> Reached:
    """Return the platform that OPERATOR_* names, or else the one that runs on a data folder.

    Raises:
        PlatformAwayError: there is none, or only some of its databases are named.
    """
    settings = read_settings("operator", DeskSettings)
    named = _named(settings, "url")
    if any(named.values()):
        return _by_urls(settings, named)
    found = find(folder)
    return Reached(
        readers=found.readers,
        writers=found.writers,
        kafka=settings,
        is_on_kafka=found.broker == "kafka",
        log_folder=folder / "ledger-log",
        heads_folder=folder / "witness" / "heads",
        clock=platform_clock(folder),
    )


def is_named() -> bool:
    """Tell whether OPERATOR_* names databases, to look at or to restore."""
    settings = read_settings("operator", DeskSettings)
    return any([*_named(settings, "url").values(), *_named(settings, "owner_url").values()])


def owners_named(settings: DeskSettings) -> dict[str, str]:
    """Return the way in of each database's owner, which only a restore needs.

    Raises:
        PlatformAwayError: one is not named.
    """
    return _all_of(_named(settings, "owner_url"), "OWNER_URL", "a restore needs the owners of all four databases")


def _named(settings: DeskSettings, kind: str) -> dict[str, str | None]:
    return {name: getattr(settings, f"{name}_{kind}") for name in SERVICES}


def _all_of(named: Mapping[str, str | None], kind: str, words: str) -> dict[str, str]:
    missing = [f"OPERATOR_{name.upper()}_{kind}" for name, url in named.items() if not url]
    if missing:
        raise PlatformAwayError(f"{missing[0]} is not set: {words}")
    return {name: url for name, url in named.items() if url}


def _by_urls(settings: DeskSettings, named: Mapping[str, str | None]) -> Reached:
    writers = _named(settings, "app_url")
    return Reached(
        readers=_all_of(named, "URL", "name all four databases, or none and a data folder"),
        writers={name: url for name, url in writers.items() if url},
        kafka=settings,
        is_on_kafka=True,
        log_folder=settings.log_folder,
        heads_folder=None,
        clock=SystemClock(),
    )


def find(folder: Path) -> RunningPlatform:
    """Return the platform that runs on a data folder.

    Raises:
        PlatformAwayError: there is none.
    """
    try:
        found = json.loads((folder / RUN_FILE).read_text())
        os.kill(found["supervisor"], 0)
    except (OSError, ValueError) as error:
        raise PlatformAwayError(f"No platform runs on {folder}; start it: make run") from error
    names = [field.name for field in dataclasses.fields(RunningPlatform)]
    return RunningPlatform(**{name: found[name] for name in names})


def operator_name() -> str:
    """Return who runs a command; a job's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "a job"


def platform_clock(folder: Path) -> Clock:
    """Return the clock all processes of a data folder's platform take their time from."""
    return ManualClock(folder / CLOCK_FILE) if (folder / CLOCK_FILE).exists() else SystemClock()
