"""What the processes of the ledger need to know, read once from LEDGER_*."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from libs.roles import RoleSettings

DATABASE_ROLES = ("relay", "sealer")
"""The roles that only the ledger has in its database: for those who publish and who seal (docs/rights.md)."""


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, and where the log is kept and what signs it.

    `witness_policy_file` names the witnesses that must co-sign; without one nothing is co-signed. `log_name` begins the
    origin of every district's log, for ever. `relay_url` and `sealer_url` are the ways of relay and sealer into the
    database, where one process is more than that; a process that is only one of them has its way as `database_url`.
    """

    wake_port: int | None = None
    relay_url: str | None = None
    sealer_url: str | None = None
    log_folder: Path = Path("ledger-log")
    log_name: str = "timebank.local/ledger"
    signing_key_file: Path = Path("ledger.signing.key")
    witness_policy_file: Path | None = None
