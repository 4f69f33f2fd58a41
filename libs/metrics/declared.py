"""Metrics as they are declared: a name, what it says, its labels. What counts is made at the first use."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

import prometheus_client
from prometheus_client.metrics import MetricWrapperBase

SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
M = TypeVar("M", bound=MetricWrapperBase)
_MAKING = threading.Lock()


class _Declared(ABC, Generic[M]):
    def __init__(self, name: str, says: str, labels: Sequence[str] = ()) -> None:
        """`labels` are names; whoever counts gives their values in the same order."""
        self.name, self._says, self._labels = name, says, tuple(labels)
        self._made: M | None = None

    def _metric(self) -> M:
        with _MAKING:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _of(self, values: Sequence[str]) -> M:
        return self._metric().labels(*values) if self._labels else self._metric()

    @abstractmethod
    def _make(self) -> M:
        """Return the metric, new."""


class Counter(_Declared[prometheus_client.Counter]):
    """What only grows; its name ends in `_total` where it is told."""

    def begin(self, *values: str) -> None:
        """Be told from now on, as 0: an alarm tells a thing that never happened from one that nobody counts."""
        self._of(values)

    def inc(self, *values: str, by: float = 1) -> None:
        """Count."""
        self._of(values).inc(by)

    def _make(self) -> prometheus_client.Counter:
        return prometheus_client.Counter(self.name, self._says, self._labels)


class Gauge(_Declared[prometheus_client.Gauge]):
    """How something is now, as whoever lives said it last."""

    def set(self, *values: str, to: float) -> None:
        """Say how it is."""
        self._of(values).set(to)

    def _make(self) -> prometheus_client.Gauge:
        return prometheus_client.Gauge(self.name, self._says, self._labels, multiprocess_mode="livemostrecent")


class Histogram(_Declared[prometheus_client.Histogram]):
    """How long something took."""

    def observe(self, *values: str, seconds: float) -> None:
        """Count one more that took so long."""
        self._of(values).observe(seconds)

    def _make(self) -> prometheus_client.Histogram:
        return prometheus_client.Histogram(self.name, self._says, self._labels, buckets=SECONDS_BUCKETS)
