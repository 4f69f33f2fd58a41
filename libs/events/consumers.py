"""Put the functions that hear events together into what the inbox calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from google.protobuf.message import Message

from libs.db import Connection
from libs.events.decoding import decoder
from libs.events.hearing import Hearing, hearings_of
from libs.inbox import Consumers, EventFunction, IncomingEvent
from libs.inbox.events import BatchFunction, Lacking

MakeContext = Callable[[IncomingEvent], Any]
Hears = Callable[..., None]


@dataclass
class _Hearers:
    """The functions that hear one kind, in the order in which they stand."""

    kind: type[Message]
    acts: list[tuple[Callable[[Any], Any], Hears]] = field(default_factory=list)
    forgetting: list[Hears] = field(default_factory=list)
    runs: list[tuple[Callable[[Any], Any], Hears]] = field(default_factory=list)


def consumers_of(
    sources: Iterable[ModuleType | object],
    *,
    topics: Sequence[str],
    context: MakeContext,
    lacking: Lacking = lambda _connection: {},
) -> Consumers:
    """Return the consumers of the modules (or objects) of a service: every function with `@hears` above it.

    Several functions may hear one kind: they act in turn, in one transaction. `context` makes what they are told of an
    event beside the event itself. `lacking` tells which states are read again (see Consumers).
    """
    heard: dict[str, _Hearers] = {}
    for source in sources:
        for act in _members(source):
            for hearing in hearings_of(act):
                _add(heard, hearing, act)
    batches = {name: _batch_function(one, context) for name, one in heard.items() if one.runs}
    functions = {name: _function(one, context) for name, one in heard.items()}
    return Consumers(topics=topics, functions=functions, batch_functions=batches, lacking=lacking)


def _members(source: ModuleType | object) -> list[Hears]:
    """Return the functions of a module that it defines itself, or the methods of an object."""
    if isinstance(source, ModuleType):
        own = [member for member in vars(source).values() if getattr(member, "__module__", None) == source.__name__]
        return [member for member in own if callable(member)]
    return [getattr(source, name) for name in vars(type(source)) if hearings_of(getattr(source, name))]


def _add(heard: dict[str, _Hearers], hearing: Hearing, act: Hears) -> None:
    for kind in hearing.kinds:
        one = heard.setdefault(str(kind.DESCRIPTOR.full_name), _Hearers(kind))
        if hearing.form is None:
            one.forgetting.append(act)
        elif hearing.in_runs:
            one.runs.append((decoder(kind.DESCRIPTOR, hearing.form), act))
        else:
            one.acts.append((decoder(kind.DESCRIPTOR, hearing.form), act))


def _function(heard: _Hearers, context: MakeContext) -> EventFunction:
    kind, acts, forgetting, runs = heard.kind, heard.acts, heard.forgetting, heard.runs

    def hear(connection: Connection, event: IncomingEvent) -> None:
        known = context(event)
        if event.payload is None:
            for act in forgetting:
                act(connection, known, event.subject)
            return
        message = kind.FromString(event.payload)
        for decode, act in acts:
            act(connection, known, decode(message))
        for decode, act in runs:
            act(connection, [(known, decode(message))])

    return hear


def _batch_function(heard: _Hearers, context: MakeContext) -> BatchFunction:
    assert not heard.acts, "what is heard in runs is heard by nothing else"
    kind, [(decode, act)] = heard.kind, heard.runs

    def hear_all(connection: Connection, events: Sequence[IncomingEvent]) -> None:
        act(connection, [(context(event), decode(kind.FromString(event.payload or b""))) for event in events])

    return hear_all
