"""How an error is told in a log or on a dead letter: what it is and where, never what it says.

What an error says quotes what it met: a row that broke a rule, a date that is none, the bytes of an event. None of that
may leave the database, so only errors that say nothing of their content are told with their words.
"""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import ClassVar

DEPTH_MAX = 5
FRAMES_MAX = 40
_DIAGNOSTICS = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name")


class TellableError(Exception):
    """An error whose words hold names and ids of ours only."""

    is_tellable: ClassVar[bool] = True


def describe(error: BaseException) -> str:
    """Return an error with its type, where it was raised, and the cause of it."""
    return " because of ".join(_told(one) for one in _chain(error, contexts=False))


def trace(error: BaseException) -> str:
    """Return an error's way through the code, with its causes, as `describe` tells them."""
    return "\n".join(f"{_told(one)}\n{''.join(_frames(one))}" for one in _chain(error, contexts=True)).rstrip()


def _chain(error: BaseException, *, contexts: bool) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found and len(found) < DEPTH_MAX:
        found.append(following)
        is_context = contexts and not following.__suppress_context__
        following = following.__cause__ or (following.__context__ if is_context else None)
    return found


def _told(error: BaseException) -> str:
    words = [type(error).__name__]
    if getattr(error, "is_tellable", False):
        words.append(f": {error}")
    words += _diagnostics(error)
    if error.__traceback__ is not None:
        words.append(_place(error.__traceback__))
    return "".join(words)


def _diagnostics(error: BaseException) -> list[str]:
    """Return what PostgreSQL names: the state, the table, the rule; not its message, which quotes the row."""
    found = getattr(error, "diag", None)
    named = {name: getattr(found, name, None) for name in _DIAGNOSTICS} if found is not None else {}
    told = " ".join(f"{name}={value}" for name, value in named.items() if value)
    return [f" ({told})"] if told else []


def _place(met: TracebackType) -> str:
    last = traceback.extract_tb(met)[-1]
    return f" in {last.name}, {_file(last.filename)}:{last.lineno}"


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return [f"  {_file(frame.filename)}:{frame.lineno} {frame.name}\n" for frame in frames]


def _file(path: str) -> str:
    """Return the end of a file's path, by which it is known."""
    return "/".join(path.split("/")[-3:])
