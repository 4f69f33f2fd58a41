"""A document as PDF, typeset by a process that is bounded, so that many of them at once delay no page.

One is typeset at a time in each process of the server; a few wait their turn; who comes when those are there is told
to come again. The same document has the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import manimgx_fonts_cjk
from werkzeug.exceptions import ServiceUnavailable

from libs.logs import get_logger
from services.web.printing import program
from services.web.printing.paper import Paper

AT_ONCE = 1
WAITING_MAX = 4
TYPESET_SECONDS_MAX = 15
CONTENT_BYTES_MAX = 512 * 1024
AGAIN_SECONDS = 3
TEMPLATE = Path(__file__).parent / "templates" / "paper.typ"
FONTS = Path(manimgx_fonts_cjk.__file__).parent
# No address answers there: what a template could ask of a network it would not get.
PROCESS_SETTINGS = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "RAYON_NUM_THREADS": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}
_inside = threading.BoundedSemaphore(AT_ONCE + WAITING_MAX)
_typesetting = threading.BoundedSemaphore(AT_ONCE)


class PrinterBusyError(ServiceUnavailable):
    """Enough documents wait already."""

    def __init__(self) -> None:
        super().__init__(retry_after=AGAIN_SECONDS)


class UnprintableError(Exception):
    """The document is too large, or took too long."""


def pdf_of(paper: Paper) -> bytes:
    """Return a document as PDF.

    Raises:
        PrinterBusyError: enough others wait.
        UnprintableError: it is too large, or took too long.
    """
    content = json.dumps(paper.as_content(), ensure_ascii=False).encode()
    if len(content) > CONTENT_BYTES_MAX:
        raise UnprintableError
    if not _inside.acquire(blocking=False):
        raise PrinterBusyError
    try:
        with _typesetting:
            return _typeset(content)
    finally:
        _inside.release()


def _typeset(content: bytes) -> bytes:
    command = [sys.executable, "-I", program.__file__, str(TEMPLATE), str(FONTS)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=TYPESET_SECONDS_MAX, check=False, env=PROCESS_SETTINGS
        )
    except subprocess.TimeoutExpired as error:
        raise UnprintableError from error
    if done.returncode != 0:
        get_logger().error("document_failed", returned=done.returncode)  # What it says may quote what people wrote.
        raise UnprintableError
    return done.stdout
