"""Until when the certificates hold that a process was told to believe or to show: read anew each time it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cryptography import x509

from libs.metrics.declared import Gauge

EXPIRES = Gauge("certificate_expires_timestamp_seconds", "When the last certificate of a file ends", ["variable"])
_watched: dict[str, Path] = {}


def watch_certificates(files: Mapping[str, Path]) -> None:
    """Tell from here on of these files, each under the variable that names it."""
    _watched.update(files)


def show_certificates() -> None:
    """Say when the last certificate of each file ends: while one takes the place of another, a file has both."""
    for variable, path in _watched.items():
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            continue  # What cannot be read any more is told by whoever needs it.
        EXPIRES.set(variable, to=max(certificate.not_valid_after_utc for certificate in certificates).timestamp())
