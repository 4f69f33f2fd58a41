"""What the process of the pages needs to know, read once from WEB_*."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from libs.http.server import ServerSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServerSettings):
    """Where the API is, where sessions are kept, what the programme is called."""

    api_url: str
    secret_file: Path
    sessions_file: Path
    programme_name: str
    desk_phone: str = ""
    secure_cookies: bool = True
