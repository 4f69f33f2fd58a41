"""The keys that orders has in tests: made once for all of a process."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from libs.tlog.notes import create_signer
from services.orders.settings import Settings

DOOR_KEY = "door-key-of-the-tests"
SCAN_KEY = "scan-key-of-the-tests"
CERTIFICATE_NAME = "time.tests.local/certificates"


@functools.cache
def certificate_key_file() -> Path:
    """Return a file with a key for certificates."""
    seed = Path(tempfile.mkdtemp()) / "orders.certificate.key"
    create_signer(seed)
    return seed


def settings_of(database_url: str) -> Settings:
    """Return settings with every key."""
    return Settings(
        database_url=database_url,
        door_key=DOOR_KEY,
        scan_key=SCAN_KEY,
        certificate_name=CERTIFICATE_NAME,
        certificate_key_file=certificate_key_file(),
    )
