"""JSON lines to standard output: the event's name is a constant, its data are keywords, the request id is on each."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog


class _Lines:
    """Writes lines to a stream; a line that cannot be written is lost, and what was logged goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure(service: str, *, level: str = "INFO") -> None:
    """Send every log line of this process, ours and the libraries', as one JSON object to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lines(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"service":"%(name)s","event":%(message)r}')


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """Return the process's logger."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
