"""Traces: a span for each request and for each event that is handled, sent by OTLP over HTTP where a setting says so.

Without the setting nothing is recorded and no SDK is loaded; the context of a caller is carried on all the same. A span
says which route, which kind of event, how it ended and how long it took: no path, no id, no word of anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from opentelemetry import context, propagate, trace
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from libs.settings import WrongSettingError

TRACER = trace.get_tracer("timebank")
_RATIO_BITS = 2**64 - 1
"""By which bits of a trace's id the SDK decides whether it is recorded."""
_records: list[str] = []
"""Who records in this process, once somebody does."""


class TracingSettings(Protocol):
    """Where spans go, and of how many traces in a hundred that begin here."""

    @property
    def traces_to(self) -> str | None:
        """Return the whole address that takes OTLP, as http://collector:4318/v1/traces."""

    @property
    def traces_percent(self) -> int:
        """Return 0 to 100."""


def refuse_wrong_tracing(settings: TracingSettings, prefix: str) -> None:
    """Refuse settings by which nothing could be sent.

    Raises:
        WrongSettingError: the message names the variable.
    """
    if not 0 <= settings.traces_percent <= 100:
        raise WrongSettingError(f"{prefix.upper()}_TRACES_PERCENT={settings.traces_percent} is not 0 to 100")
    parts = urlsplit(settings.traces_to or "http://none")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        example = "http://collector:4318/v1/traces"
        raise WrongSettingError(f"{prefix.upper()}_TRACES_TO={settings.traces_to!r} is no address as {example}")


def begin_tracing(name: str, settings: TracingSettings) -> None:
    """Record from here on what service `name` does in this process, if the settings say so; after a fork only."""
    if settings.traces_to is None or _records:
        return
    from libs.otlp import provider_of  # Costs an eighth of a second of a start, and only some deployments use it.

    trace.set_tracer_provider(provider_of(name, settings.traces_to, percent=settings.traces_percent))
    _records.append(name)


def is_recording() -> bool:
    """Tell whether this process records spans."""
    return bool(_records)


@contextlib.contextmanager
def handling(event_type: str, headers: Mapping[str, str], *, group_size: int = 1) -> Iterator[None]:
    """Handle an event, or several of a kind at once, as part of the trace of its cause."""
    given = context.attach(propagate.extract(headers))
    # What an error says is told nowhere (libs/telling.py), so a span does not take it down by itself either.
    span = TRACER.start_span(f"handle {event_type}", kind=SpanKind.CONSUMER)
    span.set_attributes({"messaging.message.type": event_type, "messaging.batch.message_count": group_size})
    try:
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield
    except Exception as error:
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        span.end()
        context.detach(given)


def end_in(causes: Iterable[UUID]) -> None:
    """Say in the span that runs now that its trace ends in things which are kept for ever and take none with them.

    What is told of them later begins a trace of its own, which follows from the id: the span links to it.
    """
    span = trace.get_current_span()
    if span.is_recording():
        for cause in causes:
            span.add_link(_context_after(cause))


def traceparent_after(cause: UUID, *, percent: int) -> str:
    """Return the trace in which is told of something that `end_in` named; `percent` of them are recorded."""
    after = _context_after(cause)
    is_recorded = (after.trace_id & _RATIO_BITS) * 100 < percent * (_RATIO_BITS + 1)
    return f"00-{after.trace_id:032x}-{after.span_id:016x}-{int(is_recorded):02x}"


def _context_after(cause: UUID) -> SpanContext:
    digest = hashlib.sha256(b"timebank trace after " + cause.bytes).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def carried(headers: dict[str, str]) -> dict[str, str]:
    """Return headers of a request with the trace that runs now, if one does."""
    sent = dict(headers)
    propagate.inject(sent)
    return sent
