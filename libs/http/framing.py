"""Is a request here whole? Asked of the bytes that have come so far, so that no thread waits for those that have not.

The answer decides only when a request is given to gunicorn's parser, which reads these bytes and no others: what is
said here of a malformed request, or of one framed twice, does no more than let the parser refuse it sooner.
"""

from __future__ import annotations

import re
from enum import Enum
from http import HTTPStatus

BODY_MAX_BYTES = 256 * 1024
HEAD_BYTES_MAX = 64 * 1024
CHUNK_LINE_MAX = 256
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_TRANSFER = re.compile(rb"^transfer-encoding[ \t]*:", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:[ \t]*chunked[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_FOLDED = re.compile(rb"\n[ \t]")
_EXPECT = re.compile(rb"^expect[ \t]*:[ \t]*100-continue[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Whole(Enum):
    """How much of a request is here."""

    NOT_YET = "not yet"
    YES = "yes"
    ENOUGH = "enough"
    """All that is needed to refuse it: it is malformed or too large, and what comes after it is not read."""


class Framing:
    """Follows one request as its bytes come; each byte is looked at once."""

    def __init__(self, *, body_bytes_max: int) -> None:
        self._body_max = body_bytes_max
        self._looked = 0
        self._head_end = 0
        self._end: int | None = None
        self._chunk_at = 0
        self._trailer_from: int | None = None
        self.expects_continue = False
        self.refused: HTTPStatus | None = None
        """With what the parser would not refuse these bytes, and we do."""

    @property
    def has_head(self) -> bool:
        """Tell whether the request line and all headers are here."""
        return self._head_end > 0

    def look(self, received: bytearray) -> Whole:
        """Say how much is here; `received` has grown since the last look, and begins with the request."""
        if not self._head_end:
            verdict = self._look_for_head(received)
            if verdict is not None:
                return verdict
        if self._end is not None:
            return Whole.YES if len(received) >= self._end else Whole.NOT_YET
        return self._walk_chunks(received)

    def _look_for_head(self, received: bytearray) -> Whole | None:
        found = received.find(_HEAD_END, max(0, self._looked - len(_HEAD_END) + 1))
        self._looked = len(received)
        if found < 0:
            return Whole.ENOUGH if len(received) > HEAD_BYTES_MAX else Whole.NOT_YET
        self._head_end = self._chunk_at = found + len(_HEAD_END)
        head = bytes(received[: found + 2])
        lengths = _LENGTH.findall(head)
        if _FOLDED.search(head):
            return Whole.ENOUGH
        if _TRANSFER.search(head):
            return self._look_at_coding(head, has_length=bool(lengths))
        if not lengths:
            self._end = self._head_end
            return None
        if len(lengths) > 1 or not re.fullmatch(rb"\d{1,18}", lengths[0]) or int(lengths[0]) > self._body_max:
            return Whole.ENOUGH
        self._end = self._head_end + int(lengths[0])
        self.expects_continue = _EXPECT.search(head) is not None
        return None

    def _look_at_coding(self, head: bytes, *, has_length: bool) -> Whole | None:
        """Refuse, before any of the body, every coding but one `chunked`."""
        if has_length:
            return Whole.ENOUGH
        if len(_TRANSFER.findall(head)) > 1 or not _CHUNKED.search(head):
            return self._refuse(HTTPStatus.NOT_IMPLEMENTED)
        self.expects_continue = _EXPECT.search(head) is not None
        return None

    def _refuse(self, status: HTTPStatus) -> Whole:
        self.refused = status
        return Whole.ENOUGH

    def _walk_chunks(self, received: bytearray) -> Whole:
        while self._trailer_from is None:
            if self._chunk_at > self._head_end + self._body_max:
                return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            line_end = received.find(b"\r\n", self._chunk_at, self._chunk_at + CHUNK_LINE_MAX)
            if line_end < 0:
                return Whole.ENOUGH if len(received) - self._chunk_at > CHUNK_LINE_MAX else Whole.NOT_YET
            size = bytes(received[self._chunk_at : line_end]).split(b";", 1)[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
                return Whole.ENOUGH
            if int(size, 16) == 0:
                self._trailer_from = line_end
            else:
                self._chunk_at = line_end + 2 + int(size, 16) + 2
        if received.find(_HEAD_END, self._trailer_from) >= 0:
            return Whole.YES
        return Whole.ENOUGH if len(received) - self._trailer_from > HEAD_BYTES_MAX else Whole.NOT_YET
