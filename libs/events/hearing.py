"""How a function says which events it acts on: `@hears(accounts.PersonDied)` above it.

The function takes the connection, what is known of the event (EventContext), and the event as a form: a frozen
dataclass with the fields that the function needs. `@forgets` is above what obeys the tombstones of a state,
`@hears_runs` above what takes several events of one kind at once. Which functions a service has is said where it is
put together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from google.protobuf.message import Message

from libs.ids import id_from_cause

MARK = "__hears__"


@dataclass(frozen=True)
class EventContext:
    """What follows from an event: its cause, what it is about, and when it was heard."""

    event_id: UUID
    subject: str
    now: datetime

    @property
    def cause(self) -> UUID:
        """Return the cause of what follows: the same again when the event is delivered again."""
        return self.event_id

    def effect_id(self, *parts: str) -> UUID:
        """Return the id of an effect."""
        return id_from_cause(self.event_id, *parts)


@dataclass(frozen=True)
class Hearing:
    """What stands above a function: which kinds it hears, as which form, whether their tombstones, whether in runs."""

    kinds: tuple[type[Message], ...]
    form: type | None
    in_runs: bool = False


F = TypeVar("F", bound=Callable[..., None])


def hears(*kinds: type[Message]) -> Callable[[F], F]:
    """Hear events of these kinds, each as the form that the function's last parameter names."""

    def mark(act: F) -> F:
        return _marked(act, Hearing(kinds, _last_type(act)))

    return mark


def forgets(*kinds: type[Message]) -> Callable[[F], F]:
    """Obey the tombstones of these states: the function takes the subject that is gone."""

    def mark(act: F) -> F:
        return _marked(act, Hearing(kinds, None))

    return mark


def hears_runs(form: type, *kinds: type[Message]) -> Callable[[F], F]:
    """Hear runs of consecutive events of one kind at once: the function takes pairs of context and form."""

    def mark(act: F) -> F:
        return _marked(act, Hearing(kinds, form, in_runs=True))

    return mark


def hearings_of(act: object) -> tuple[Hearing, ...]:
    """Return what stands above a function."""
    hearings: tuple[Hearing, ...] = getattr(act, MARK, ())
    return hearings


def _marked(act: F, hearing: Hearing) -> F:
    setattr(act, MARK, (*hearings_of(act), hearing))
    return act


def _last_type(act: Callable[..., Any]) -> type:
    hints = {name: hint for name, hint in get_type_hints(act).items() if name != "return"}
    last: type = list(hints.values())[-1]
    return last
