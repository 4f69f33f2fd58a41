"""What a file is, by how it begins: a name and a sender may say anything."""

from __future__ import annotations

UNKNOWN = "application/octet-stream"
_BEGINS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"%PDF": "application/pdf"}


def kind_of_file(content: bytes) -> str:
    """Return the media type of a picture or a paper, `UNKNOWN` of anything else."""
    return next((kind for begins, kind in _BEGINS.items() if content.startswith(begins)), UNKNOWN)
