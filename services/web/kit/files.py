"""What a file is, by how it begins: a name and a sender may say anything."""

from __future__ import annotations

from flask import Response

UNKNOWN = "application/octet-stream"
_BEGINS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"%PDF": "application/pdf"}
_ALONE = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"}


def kind_of_file(content: bytes) -> str:
    """Return the media type of a picture or a paper, `UNKNOWN` of anything else."""
    return next((kind for begins, kind in _BEGINS.items() if content.startswith(begins)), UNKNOWN)


def shown_alone(content: bytes) -> Response:
    """Return a file that somebody sent as an answer: it runs nothing, and no browser keeps it."""
    return Response(content, content_type=kind_of_file(content), headers=_ALONE)
