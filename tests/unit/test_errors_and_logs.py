"""Each kind of refusal has one status; a log line is one JSON object with its request id."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from libs.errors import ConflictError, ForbiddenError, InvalidError, Kind, NotFoundError, Refusal, RuleError
from libs.http.problems import STATUS_OF
from libs.telling import describe

SPEAK = """
from structlog.contextvars import bind_contextvars
from libs.logs import configure, get_logger
configure("desk")
bind_contextvars(request_id="r-1")
get_logger().info("note_added", note_id="n-1")
try:
    1 / 0
except ZeroDivisionError as error:
    get_logger().error("unexpected_error", exc_info=error)
"""


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(InvalidError, 400), (ForbiddenError, 403), (NotFoundError, 404), (ConflictError, 409), (RuleError, 422)],
)
def test_each_kind_has_its_status(refusal: type[Refusal], status: int) -> None:
    assert STATUS_OF[refusal.kind] == status


def test_every_kind_has_a_status() -> None:
    assert set(STATUS_OF) == set(Kind)


def test_a_refusal_keeps_the_fields_that_explain_it() -> None:
    refusal = RuleError(limit=480, asked=500)

    assert refusal.fields == {"limit": 480, "asked": 500}
    assert "rule_refused" in str(refusal)


def test_a_log_line_is_one_json_object_with_the_request_id() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAK], capture_output=True, text=True, check=True)

    first, second = (json.loads(line) for line in done.stderr.splitlines())
    assert (first["event"], first["note_id"], first["request_id"], first["service"]) == (
        "note_added",
        "n-1",
        "r-1",
        "desk",
    )
    assert "ZeroDivisionError" in second["exception"]


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", SPEAK + "\nprint('done')"], stdout=subprocess.PIPE, stderr=full)

    assert done.stdout == b"done\n"


QUOTE = """
import logging, datetime
from libs.logs import configure, get_logger
configure("desk")
def read(born):
    return datetime.date.fromisoformat(born)
try:
    try:
        read("born 1950-01-02")
    except ValueError as error:
        raise RuntimeError("of 13800001111") from error
except RuntimeError as error:
    get_logger().error("unexpected_error", exc_info=error)
    logging.getLogger("library").exception("failed")
"""


def test_no_log_line_says_what_an_error_quotes() -> None:
    told = subprocess.run([sys.executable, "-c", QUOTE], capture_output=True, text=True, check=True).stderr

    assert "RuntimeError" in told
    assert "ValueError in read, <string>:6" in told
    assert "1950" not in told
    assert "13800001111" not in told


def test_an_error_of_the_database_is_told_by_its_rule_and_not_by_its_row() -> None:
    class Diagnostics:
        sqlstate = "23514"
        table_name = "person"
        constraint_name = "person_born_check"
        message_detail = "Failing row contains (1950-01-02)"

    class RowError(Exception):
        diag = Diagnostics()

    told = describe(RowError("Failing row contains (1950-01-02)"))

    assert told == "RowError (sqlstate=23514 table_name=person constraint_name=person_born_check)"
