"""What docker/nginx.conf does with a request: its locations, chosen as nginx chooses them; others are refused."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from tests.architecture.tree import ROOT

CONFIGURATION = ROOT / "docker" / "nginx.conf"
_LOCATION = re.compile(r"^    location (?:(=|~) )?(\S+) \{\n(.*?)^    \}$", re.MULTILINE | re.DOTALL)
_PASS = re.compile(r"^\s*proxy_pass http://\$([a-z]+):8000(/\S*)?;\s*$")
_RETURN = re.compile(r"^\s*(?:default_type (\S+);\s*)?return (\d+)(?: '([^']*)')?;\s*$")
_SET = re.compile(r"^    set \$([a-z]+) (\S+)\$\{NGINX_NAMES_END\};$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Location:
    """One location: what it matches, and who answers."""

    kind: str
    """`=` the path itself, `~` a regular expression, nothing: how the path begins."""
    pattern: str
    upstream: str = ""
    """The host that is asked, or nothing where nginx answers by itself."""
    path: str = ""
    """What is asked for there; nothing for the path of the request."""
    status: int = 0
    body: str = ""
    content_type: str = "text/plain"


def locations(text: str) -> list[Location]:
    """Return the locations of a configuration, in its order."""
    hosts = dict(_SET.findall(text))
    found = [_location(kind, pattern, body, hosts) for kind, pattern, body in _LOCATION.findall(text)]
    assert len(found) == text.count("location "), "a location is written in a way that is not known here"
    return found


def chosen(known: list[Location], path: str) -> Location:
    """Return the location that nginx chooses for a path: itself, the first that fits, the longest beginning."""
    for location in known:
        if location.kind == "=" and location.pattern == path:
            return location
    for location in known:
        if location.kind == "~" and re.search(location.pattern, path):
            return location
    begun = [location for location in known if not location.kind and path.startswith(location.pattern)]
    return max(begun, key=lambda location: len(location.pattern))


def read(path: Path = CONFIGURATION) -> str:
    """Return the configuration."""
    return path.read_text("utf-8")


def _location(kind: str, pattern: str, body: str, hosts: dict[str, str]) -> Location:
    passed = _PASS.match(body)
    if passed:
        return Location(kind, pattern, upstream=hosts[passed[1]], path=passed[2] or "")
    answered = _RETURN.match(body)
    assert answered, f"location {pattern} does something that is not known here"
    more = {"content_type": answered[1]} if answered[1] else {}
    return Location(kind, pattern, status=int(answered[2]), body=answered[3] or "", **more)
