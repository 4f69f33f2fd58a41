"""What goes to a gateway, and what comes from it, is signed with the secret that both know, and is not old.

`X-Timebank-Signature: t=SECONDS,v1=HEX` has the HMAC-SHA256 of `SECONDS.` and the body.
"""

import hashlib
import hmac
import re
from datetime import datetime

HEADER = "X-Timebank-Signature"
SECONDS_APART_MAX = 300
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signed(secret: bytes, body: bytes, at: datetime) -> str:
    """Return the header's value for a body that is sent now."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def is_signed(secret: bytes, body: bytes, value: str, now: datetime) -> bool:
    """Tell whether a header's value is of this body, by who knows the secret, at most five minutes ago or ahead."""
    parts = _FORM.fullmatch(value)
    if parts is None:
        return False
    seconds = int(parts[1])
    is_ours = hmac.compare_digest(_mac(secret, seconds, body), parts[2])
    return is_ours and abs(now.timestamp() - seconds) <= SECONDS_APART_MAX


def _mac(secret: bytes, seconds: int, body: bytes) -> str:
    return hmac.new(secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
