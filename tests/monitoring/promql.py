"""Evaluates the part of PromQL that our rules and dashboards use, as Prometheus does, and refuses all else.

Instants and durations are seconds. It knows selectors, arithmetic, comparisons, one label set to the same on the other
side, and what is in `FUNCTIONS`, `RANGED` and `AGGREGATIONS`. Where `promtool` is at hand a test compares.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

LOOKBACK_SECONDS = 300.0
NAME = "__name__"
Labels = frozenset[tuple[str, str]]
Points = Sequence[tuple[float, float]]
Vector = dict[Labels, float]
Value = float | Vector
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TOKEN = re.compile(
    r"""\s*(?:(?P<duration>\[\d+[smhd]\])|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<text>"[^"]*")|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/<>=(){},]))""",
    re.VERBOSE,
)
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else _by_zero(a),
}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
LEVELS = (tuple(COMPARISONS), ("+", "-"), ("*", "/"))
AGGREGATIONS: Mapping[str, Callable[[Sequence[float]], float]] = {"sum": math.fsum, "max": max, "min": min}


class UnknownSyntaxError(Exception):
    """An expression uses something that this evaluator does not know, so that it cannot be tested here."""


class Series(NamedTuple):
    """One series: its labels, the name among them, and what was read when."""

    labels: Labels
    points: Points


@dataclass(frozen=True)
class Moment:
    """What is known at an instant."""

    series: Sequence[Series]
    at: float


Evaluated = Callable[[Moment], Value]


@dataclass(frozen=True)
class Selector:
    """Which series are meant, and over how long."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]
    seconds: float | None = None

    def points(self, moment: Moment, seconds: float) -> Iterator[tuple[Labels, Points]]:
        """Yield each series that is meant with its points since `seconds` before the moment."""
        for series in moment.series:
            labels = dict(series.labels)
            if labels[NAME] == self.name and all(_matches(labels.get(key, ""), *rest) for key, *rest in self.matchers):
                yield series.labels, [point for point in series.points if moment.at - seconds < point[0] <= moment.at]

    def __call__(self, moment: Moment) -> Vector:
        """Return the newest value of each series."""
        if self.seconds is not None:
            raise UnknownSyntaxError("a range outside of a function")
        results = self.points(moment, LOOKBACK_SECONDS)
        return {labels: points[-1][1] for labels, points in results if points}


class Expression:
    """A parsed expression: its names, and its value at a moment."""

    def __init__(self, text: str) -> None:
        """Parse.

        Raises:
            UnknownSyntaxError: it uses something that is not known here.
        """
        self._tokens = _tokens(text)
        self._place = 0
        self.names: set[str] = set()
        self._value = self._binary(0)
        if self._place < len(self._tokens):
            raise UnknownSyntaxError(f"{self._peek()} in {text}")

    def vector(self, moment: Moment) -> Vector:
        """Return what is true at a moment."""
        value = self._value(moment)
        if not isinstance(value, dict):
            raise UnknownSyntaxError("a number is no alarm")
        return value

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._peek()
        if not token or (wanted and token not in wanted):
            raise UnknownSyntaxError(f"{token or 'the end'} in place of {' or '.join(wanted)}")
        self._place += 1
        return token

    def _binary(self, level: int) -> Evaluated:
        if level == len(LEVELS):
            return self._single()
        left = self._binary(level + 1)
        while self._peek() in LEVELS[level]:
            sign = self._take()
            left = _joined(sign, left, self._binary(level + 1))
        return left

    def _single(self) -> Evaluated:
        token = self._take()
        if token == "(":
            inner = self._binary(0)
            self._take(")")
            return inner
        if token[0].isdigit():
            number = float(token)
            return lambda _moment: number
        if token in AGGREGATIONS:
            return self._aggregation(AGGREGATIONS[token])
        if self._peek() == "(":
            return self._function(token)
        if not re.fullmatch(r"[a-zA-Z_:][a-zA-Z0-9_:]*", token):
            raise UnknownSyntaxError(token)
        return self._selector(token)

    def _aggregation(self, act: Callable[[Sequence[float]], float]) -> Evaluated:
        kept: list[str] = []
        if self._peek() == "by":
            self._take()
            kept = self._list(lambda: self._take())
        self._take("(")
        inner = self._binary(0)
        self._take(")")

        def aggregate(moment: Moment) -> Vector:
            groups: dict[Labels, list[float]] = {}
            for labels, value in _vector(inner(moment)).items():
                groups.setdefault(frozenset((k, v) for k, v in labels if k in kept), []).append(value)
            return {labels: act(values) for labels, values in groups.items()}

        return aggregate

    def _function(self, name: str) -> Evaluated:
        if name not in FUNCTIONS and name not in RANGED:
            raise UnknownSyntaxError(name)
        given = self._list(lambda: self._binary(0))
        return FUNCTIONS[name](*given) if name in FUNCTIONS else _ranged(RANGED[name], *given)

    def _list(self, parse: Callable[[], object]) -> list:  # type: ignore[type-arg]  # of what `parse` gives
        self._take("(")
        results = []
        while self._peek() != ")":
            results.append(parse())
            if self._peek() != ")":
                self._take(",")
        self._take(")")
        return results

    def _selector(self, name: str) -> Selector:
        self.names.add(name)
        matchers = []
        if self._peek() == "{":
            self._take()
            while self._peek() != "}":
                matchers.append((self._take(), self._take("=", "=~", "!=", "!~"), self._take()[1:-1]))
                if self._peek() == ",":
                    self._take()
            self._take("}")
        seconds = seconds_of(self._take()[1:-1]) if self._peek().startswith("[") else None
        return Selector(name, tuple(matchers), seconds)


def seconds_of(duration: str) -> float:
    """Return a duration such as 5m in seconds."""
    return float(duration[:-1]) * UNITS[duration[-1]]


def _tokens(text: str) -> list[str]:
    results, place, text = [], 0, text.strip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise UnknownSyntaxError(text[place:])
        results.append(token.group().strip())
        place = token.end()
    return results


def _matches(value: str, sign: str, wanted: str) -> bool:
    is_it = value == wanted if sign in ("=", "!=") else re.fullmatch(wanted, value) is not None
    return is_it is (sign in ("=", "=~"))


def _by_zero(dividend: float) -> float:
    return math.nan if dividend == 0 or math.isnan(dividend) else math.copysign(math.inf, dividend)


def _vector(value: Value) -> Vector:
    if not isinstance(value, dict):
        raise UnknownSyntaxError("a number in place of series")
    return value


def _without_name(labels: Labels) -> Labels:
    return frozenset((key, value) for key, value in labels if key != NAME)


def _joined(sign: str, left: Evaluated, right: Evaluated) -> Evaluated:
    def join(moment: Moment) -> Value:
        a, b = left(moment), right(moment)
        if isinstance(a, dict) and isinstance(b, dict):
            others = {_without_name(labels): value for labels, value in b.items()}
            pairs = [(labels, value, others.get(_without_name(labels))) for labels, value in a.items()]
            return _of_pairs(sign, [(labels, x, y, x) for labels, x, y in pairs if y is not None])
        if isinstance(a, dict):
            return _of_pairs(sign, [(labels, x, b, x) for labels, x in a.items()])  # type: ignore[misc]
        if isinstance(b, dict):
            return _of_pairs(sign, [(labels, a, y, y) for labels, y in b.items()])
        if sign in COMPARISONS:
            raise UnknownSyntaxError("two numbers compared")
        return float(ARITHMETIC[sign](a, b))

    return join


def _of_pairs(sign: str, pairs: Sequence[tuple[Labels, float, float, float]]) -> Vector:
    """Compute, or keep what compares true with its own value."""
    if sign in COMPARISONS:
        return {labels: kept for labels, x, y, kept in pairs if COMPARISONS[sign](x, y)}
    return {_without_name(labels): float(ARITHMETIC[sign](x, y)) for labels, x, y, _ in pairs}


def _time() -> Evaluated:
    return lambda moment: moment.at


def _absent(inner: Evaluated) -> Evaluated:
    """Return 1 with the labels that the selector fixes, when nothing is selected."""
    if not isinstance(inner, Selector):
        raise UnknownSyntaxError("absent of something else than a selector")
    labels = frozenset((key, wanted) for key, sign, wanted in inner.matchers if sign == "=")
    return lambda moment: {} if inner(moment) else {labels: 1.0}


def _histogram_quantile(quantile: Evaluated, inner: Evaluated) -> Evaluated:
    def evaluate(moment: Moment) -> Vector:
        share, buckets = quantile(moment), {}  # type: ignore[var-annotated]
        for labels, value in _vector(inner(moment)).items():
            rest = frozenset((key, text) for key, text in labels if key not in (NAME, "le"))
            buckets.setdefault(rest, []).append((float(dict(labels)["le"].replace("+Inf", "inf")), value))
        return {labels: _quantile(float(share), sorted(results)) for labels, results in buckets.items()}  # type: ignore[arg-type]

    return evaluate


def _quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float:
    """Return a quantile by straight lines within each bucket, as Prometheus does; the last bucket has no end."""
    total = buckets[-1][1]
    if len(buckets) < 2 or not math.isinf(buckets[-1][0]) or total == 0:
        return math.nan
    rank = share * total
    number = next(n for n, (_, count) in enumerate(buckets) if count >= rank)
    if number == len(buckets) - 1:
        return buckets[-2][0]
    start, before = buckets[number - 1] if number else (0.0, 0.0)
    end, count = buckets[number]
    return start + (end - start) * (rank - before) / (count - before)


def _ranged(act: Callable[..., float | None], inner: Evaluated, *more: Evaluated) -> Evaluated:
    if not isinstance(inner, Selector) or inner.seconds is None:
        raise UnknownSyntaxError("a range is needed")
    seconds = inner.seconds

    def evaluate(moment: Moment) -> Vector:
        numbers = [number(moment) for number in more]
        results = {
            _without_name(labels): act(points, moment.at - seconds, moment.at, *numbers)
            for labels, points in inner.points(moment, seconds)
            if len(points) > 1
        }
        return {labels: value for labels, value in results.items() if value is not None}

    return evaluate


def _increase(points: Points, start: float, end: float) -> float:
    """Return by how much a counter grew, carried on to the edges of the range as Prometheus carries it."""
    grown = points[-1][1] - points[0][1]
    grown += math.fsum(a for (_, a), (_, b) in pairwise(points) if b < a)
    sampled = points[-1][0] - points[0][0]
    between = sampled / (len(points) - 1)
    before, after = points[0][0] - start, end - points[-1][0]
    if grown > 0 and points[0][1] >= 0:
        before = min(before, sampled * (points[0][1] / grown))
    limit = between * 1.1
    carried = sampled + sum(edge if edge < limit else between / 2 for edge in (before, after))
    return grown * (carried / sampled)


def _rate(points: Points, start: float, end: float) -> float:
    return _increase(points, start, end) / (end - start)


def _predict_linear(points: Points, _start: float, end: float, ahead: float) -> float:
    """Return where a straight line through the points leads."""
    times, values = [t - end for t, _ in points], [v for _, v in points]
    n = len(points)
    slope = (
        n * math.fsum(t * v for t, v in zip(times, values, strict=True)) - math.fsum(times) * math.fsum(values)
    ) / (n * math.fsum(t * t for t in times) - math.fsum(times) ** 2)
    return (math.fsum(values) - slope * math.fsum(times)) / n + slope * ahead


FUNCTIONS: Mapping[str, Callable[..., Evaluated]] = {
    "time": _time,
    "absent": _absent,
    "histogram_quantile": _histogram_quantile,
}
RANGED: Mapping[str, Callable[..., float | None]] = {
    "rate": _rate,
    "increase": _increase,
    "predict_linear": _predict_linear,
}
