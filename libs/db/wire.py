"""How a database is reached: over TLS that checks who answers, or in plaintext where somebody says so."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from libs.db.database import plain_url

CHECKED, PLAINTEXT = "verify-full", "disable"
_SYSTEM = "system"
"""The machine's own authorities, which libpq knows by this word."""


def wire_problem(url: str) -> str | None:
    """Say in words, without the password, why a database may not be reached like this; None when it may."""
    try:
        given = conninfo_to_dict(plain_url(url))
    except psycopg.ProgrammingError as error:
        words = str(error).strip()
        # Any other words may quote the URL, and with it the password.
        return words if words.startswith("invalid URI query parameter") else "it is no URL of a database"
    mode, authority = given.get("sslmode"), given.get("sslrootcert")
    if mode is None:
        return _of_nothing_said(authority, is_here=_is_here(given))
    if mode == PLAINTEXT:
        return "sslrootcert is given, which sslmode=disable has no use for" if authority else None
    if mode != CHECKED:
        return f"sslmode={mode} does not check who answers: say {CHECKED} and sslrootcert, or {PLAINTEXT}"
    return _of_authority(str(authority)) if authority else f"sslrootcert must be given, because sslmode is {CHECKED}"


def authority_of(url: str) -> Path | None:
    """Return the file with the authority that is believed about a database; None where a URL names none."""
    authority = conninfo_to_dict(plain_url(url)).get("sslrootcert")
    return Path(str(authority)) if authority and authority != _SYSTEM else None


def _of_nothing_said(authority: object, *, is_here: bool) -> str | None:
    if authority:
        return f"sslrootcert is given, sslmode is not: say {CHECKED}"
    return None if is_here else f"sslmode must be given: {CHECKED} with sslrootcert, or {PLAINTEXT} for plaintext"


def _of_authority(path: str) -> str | None:
    if path == _SYSTEM:
        return None
    try:
        return None if Path(path).read_bytes().strip() else f"sslrootcert: {path} is empty"
    except OSError as error:
        return f"sslrootcert: {error}"


def _is_here(given: dict[str, str | int | None]) -> bool:
    """Tell whether the server is on this machine: by a socket, or on the loopback."""
    hosts = str(given.get("hostaddr") or given.get("host") or "")
    return all(not host or host.startswith("/") or _is_loopback(host) for host in hosts.split(","))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
