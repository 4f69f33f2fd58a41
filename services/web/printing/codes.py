"""QR codes, and what the fragment of their address carries: a browser sends a fragment to nobody.

A receipt stands in the fragment whole, so that whoever scans the paper checks it on their own device. Line ends are
written `~`, spaces `_` and the dash of a signature `!`, which no text of a receipt has; check_paper.js reads it back.
"""

from __future__ import annotations

import functools
import io
from urllib.parse import quote

import segno

DASH = "\u2014"
SAFE = "/+=:@,;$&'()*?"
QUIET_MODULES = 2
LINK_BYTES_MAX = 2_900
"""A QR code holds 2,953 bytes."""
CODES_KEPT_MAX = 128
"""At most 25 kB each."""


def fragment_of(text: str) -> str:
    """Return a text as a fragment that `check_paper.js` reads."""
    quoted = quote(text, safe=SAFE).replace("_", "%5F").replace("~", "%7E")
    return quoted.replace("%0A", "~").replace("%20", "_").replace(quote(DASH), "!")


@functools.lru_cache(maxsize=CODES_KEPT_MAX)
def qr_svg(link: str) -> str:
    """Return the QR code of an address, as an image that is sharp at every size.

    It is kept for the same paper again, looked at and then printed: drawing one takes as long as the whole page.

    Raises:
        ValueError: the address is too long for one.
    """
    if len(link) > LINK_BYTES_MAX:
        raise ValueError(len(link))
    drawn = io.BytesIO()
    code = segno.make_qr(link, error="m" if len(link) < 500 else "l", boost_error=False)
    code.save(drawn, kind="svg", border=QUIET_MODULES, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return drawn.getvalue().decode()
