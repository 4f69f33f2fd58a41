"""Sends spans as OTLP over HTTP: the SDK's own batches and encoding, and urllib3, which is here anyway."""

from __future__ import annotations

from collections.abc import Sequence

import urllib3
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from libs.logs import get_logger

QUEUE_SPANS_MAX = 4_096
"""What waits to be sent; when more comes, it is lost, and nobody waits for it."""
BATCH_SPANS_MAX = 512
SEND_EVERY_MILLISECONDS = 2_000
ANSWER_SECONDS_MAX = 3.0


class OtlpExporter(SpanExporter):
    """Posts batches of spans; one that is not taken is lost, and the log says once that it is so."""

    def __init__(self, url: str) -> None:
        timeout = urllib3.Timeout(total=ANSWER_SECONDS_MAX)
        self._pool = urllib3.PoolManager(maxsize=1, retries=False, timeout=timeout)
        self._url = url
        self._problem = ""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send one batch once."""
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=encode_spans(spans).SerializeToString(),
                headers={"Content-Type": "application/x-protobuf"},
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            return self._note(f"does not answer: {type(error).__name__}")
        return self._note("" if answer.status == 200 else f"answers {answer.status}")

    def _note(self, problem: str) -> SpanExportResult:
        if problem and problem != self._problem:
            get_logger().warning("traces_not_sent", problem=problem)
        self._problem = problem
        return SpanExportResult.FAILURE if problem else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the connection."""
        self._pool.clear()


def provider_of(name: str, url: str, *, percent: int) -> TracerProvider:
    """Return what makes the spans of a service: `percent` of the traces that begin here, and what others began."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(percent / 100)), resource=Resource({"service.name": f"timebank-{name}"})
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            OtlpExporter(url),
            max_queue_size=QUEUE_SPANS_MAX,
            max_export_batch_size=BATCH_SPANS_MAX,
            schedule_delay_millis=SEND_EVERY_MILLISECONDS,
        )
    )
    return provider
