"""Where a request comes from: the peer's address, or the one that proxies which are believed say it has.

One address is not one person, and behind IPv6 one household has 2⁶⁴ of them: what is counted by address is counted by
`one`, and by `many` where a whole network is to be slowed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOPS_MAX = 8
_ONE, _MANY = {4: 32, 6: 64}, {4: 24, 6: 48}
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Origin:
    """What a request from an address is counted by."""

    one: str
    many: str


class TrustedProxies:
    """Puts the caller's own address in the place of the last proxy's, before anything else looks at the request."""

    def __init__(self, app: WSGIApplication, trusted: tuple[Network, ...]) -> None:
        self._app, self._trusted = app, trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = address_of(environ.get("REMOTE_ADDR", ""), forwarded, self._trusted)
        return self._app(environ, start_response)


def address_of(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> str:
    """Return who asked: read from the end, each hop is believed only as far as whoever says it is trusted."""
    address = _parsed(peer)
    if address is None:
        return peer
    for hop in reversed(forwarded.split(",")[-HOPS_MAX:] if forwarded else []):
        before = _parsed(hop.strip())
        if before is None or not any(address in network for network in trusted):
            break
        address = before
    return str(address)


def origin_of(address: str | None) -> Origin:
    """Return what a request from this address is counted by."""
    parsed = _parsed(address or "")
    if parsed is None:
        return Origin("?", "?")
    return Origin(_network(parsed, _ONE), _network(parsed, _MANY))


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a setting: addresses or networks, by commas.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _network(address: IPAddress, lengths: dict[int, int]) -> str:
    return str(ipaddress.ip_network((address, lengths[address.version]), strict=False))


def _parsed(text: str) -> IPAddress | None:
    """Return an address; one of IPv4 that comes in the form of IPv6 is one of IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
