"""All four databases at one point, wherever they are: in none of them is heard what its publisher has not told there.

Each database gives a view of one moment of its own. Four that were begun together are one point if every group has
heard of each stream at most what the publisher's view has given out. Whether they are is looked at afterwards, and they
are begun anew where an event overtook them: nothing is locked, nobody waits, and roles that may only read are enough.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping

from services.operator.export.snapshot import Moment, Snapshot, snapshot

TRIES_MAX = 20


class OvertakenError(Exception):
    """The databases are at no one point; the message names what is heard there and was not told."""


@dataclasses.dataclass(frozen=True)
class View:
    """One database at its moment."""

    database: Snapshot
    moment: Moment
    heard_epochs: Mapping[str, int]
    """Of which life of its publisher's database each stream was heard."""


@dataclasses.dataclass(frozen=True)
class OnePoint:
    """Views of all databases that fit together, and how often they had to be begun."""

    views: Mapping[str, View]
    tries: int


@contextlib.contextmanager
def one_point(readers: Mapping[str, str]) -> Iterator[OnePoint]:
    """Give views of all databases that fit together, for as long as they are read.

    Raises:
        OvertakenError: they never did; after so many tries no event on its way is the cause.
    """
    overtaken: list[str] = []
    for tries in range(1, TRIES_MAX + 1):
        with contextlib.ExitStack() as stack:
            views = _begun(stack, readers)
            overtaken = heard_too_much(views)
            if not overtaken:
                yield OnePoint(views, tries)
                return
    raise OvertakenError(
        f"the databases are at no one point: {overtaken[0]}, and {len(overtaken) - 1} more. One of them was put back "
        "without telling: see timebank events list, and 'a database was restored without telling' in docs/operations.md"
    )


def _begun(stack: contextlib.ExitStack, readers: Mapping[str, str]) -> dict[str, View]:
    opened = {name: stack.enter_context(snapshot(name, url)) for name, url in readers.items()}
    # Connected before, so that the moments lie as close together as they can.
    for database in opened.values():
        database.begin()
    return {name: View(database, database.moment(), database.heard_epochs()) for name, database in opened.items()}


def heard_too_much(views: Mapping[str, View]) -> list[str]:
    """Return in words what is heard in one of the views and was not told in another."""
    epochs = {name: view.moment.epoch for name, view in views.items()}
    given_out = {
        stream: (epochs[name], head) for name, view in views.items() for stream, head in view.moment.heads.items()
    }
    overheard = []
    for name, view in views.items():
        for stream, position in view.moment.heard.items():
            heard = (view.heard_epochs[stream], position)
            # Of an earlier life more may have been heard than there is now.
            at = given_out.get(stream, (epochs.get(publisher_of(stream), 1), 0))
            if heard > at:
                overheard.append(f"{name} has heard {position} of {stream}, of which {at[1]} were told")
    return overheard


def publisher_of(stream: str) -> str:
    """Return the service that tells a stream, which is named as `timebank.<service>.… <name>`."""
    return stream.split(".")[1]
