"""What a process of accounts is told by its environment (ACCOUNTS_…)."""

from dataclasses import dataclass
from pathlib import Path

from libs.roles import RoleSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, and what only accounts needs.

    `demo` brings the built-in city, its two members of staff and cheaper password hashes: for invented people only.
    Sign-in codes are written to files of `codes_folder`; without one, nobody signs in by code.
    The city's names are used once, when the first process finds an empty tree.
    """

    master_key_file: Path
    demo: bool = False
    codes_folder: Path | None = None
    wake_port: int | None = None
    city_name_zh: str = "示范市"
    city_name_en: str = "Demo City"
