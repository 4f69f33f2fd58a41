"""What the processes of the ledger need to know, read once from LEDGER_*."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from libs.roles import RoleSettings
from libs.settings import chosen_name

DATABASE_ROLES = ("relay", "sealer")
"""The roles that only the ledger has in its database: for those who publish and who seal (docs/rights.md)."""


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, and where the log is kept and what signs it.

    `former_keys_file` holds the statements by which former signing keys named their successors, where there are any.
    `witness_policy_file` names the witnesses that must co-sign; without one nothing is co-signed. `log_name` begins the
    origin of every district's log, for ever, and is asked for where one is begun. `relay_url` and `sealer_url` are the
    ways of relay and sealer into the database, where one process is more than that; a process that is only one of them
    has its way as `database_url`.
    """

    wake_port: int | None = None
    relay_url: str | None = None
    sealer_url: str | None = None
    log_folder: Path = Path("ledger-log")
    log_name: str | None = None
    signing_key_file: Path = Path("ledger.signing.key")
    former_keys_file: Path = Path("ledger.former.keys")
    witness_policy_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class KeySettings:
    """What the rotation of the logs' key reads, of the same variables."""

    log_name: str | None = None
    signing_key_file: Path = Path("ledger.signing.key")
    former_keys_file: Path = Path("ledger.former.keys")


def chosen_log_name(settings: Settings | KeySettings) -> str:
    """Return the name that somebody chose for the logs.

    Raises:
        MissingSettingError, WrongSettingError: nobody chose one that fits.
    """
    return chosen_name("LEDGER_LOG_NAME", settings.log_name)
