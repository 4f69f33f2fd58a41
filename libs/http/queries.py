"""Words of a query that an operation does not know are refused, also where it knows none."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_smorest import abort

READING = ("GET", "HEAD")
UNKNOWN = "Unknown field."


def refuse_unknown_words() -> None:
    """Refuse a query to an operation that reads none; a schema refuses what is unknown to it.

    Raises:
        UnprocessableEntity: with the words by name, as a schema would say it.
    """
    kind = getattr(current_app.view_functions.get(request.endpoint or ""), "view_class", None)
    view = getattr(kind, "get", None)
    if request.method in READING and request.args and view is not None and not reads_query(view):
        abort(422, messages={"query": {word: [UNKNOWN] for word in request.args}})


def reads_query(view: object) -> bool:
    """Tell whether a method of a view has a schema for its query."""
    arguments = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(argument["in"] == "query" for argument in arguments)


def guard_queries(app: Flask) -> None:
    """Refuse what an operation would ignore of its query."""
    app.before_request(refuse_unknown_words)
