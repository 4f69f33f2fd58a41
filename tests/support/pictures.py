"""The smallest files that are pictures or papers: for what is uploaded in tests."""

from __future__ import annotations

import struct
import zlib


def png(shade: int = 0) -> bytes:
    """Return a grey picture of one dot."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes([0, shade % 256]))), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(*, said: bytes = b"") -> bytes:
    """Return what begins, goes on and ends as a JPEG does, with what a camera says of it."""
    spoken = b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said if said else b""
    table = b"\xff\xdb" + struct.pack(">H", 67) + bytes(65)
    return b"\xff\xd8" + spoken + table + b"\xff\xda" + struct.pack(">H", 2) + b"\x12\x34" + b"\xff\xd9"


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
