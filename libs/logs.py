"""JSON lines to standard output: the event's name is a constant, its data are keywords, the request id is on each."""

import contextlib
import logging
import sys
from types import TracebackType
from typing import TextIO, cast

import structlog
from opentelemetry.trace import format_trace_id, get_current_span

from libs.telling import trace


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


def _tell_error(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put an error's type and way in the line, and nothing of what it says."""
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        line["exception"] = trace(error)
    return line


def _tell_trace(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the id of the trace that is recorded now in the line."""
    running = get_current_span().get_span_context()
    if running.trace_flags.sampled:
        line["trace_id"] = format_trace_id(running.trace_id)
    return line


class _TellingFormatter(logging.Formatter):
    """Tells the libraries' errors like ours."""

    def formatException(  # noqa: N802 - logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return trace(ei[1]) if ei[1] is not None else ""


def configure(service: str, *, level: str = "INFO") -> None:
    """Send every log line of this process, ours and the libraries', as one JSON object to standard error."""

    def name_service(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        line.setdefault("service", service)  # A request of a platform in one place says its own.
        return line

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
        _tell_error,
        _tell_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lines(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_TellingFormatter('{"service":"%(name)s","event":%(message)r}'))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """Return the process's logger."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
