"""The end of a test run: everything skipped and why; with CI=true a skipped test is a failed run."""

from __future__ import annotations

import os
from collections import Counter

import pytest


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return f"{report.nodeid}: {text.removeprefix('Skipped: ')}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when something was skipped where nothing may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and _in_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name everything skipped."""
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    terminalreporter.section("skipped")
    for reason, times in sorted(skipped.items()):
        terminalreporter.write_line(f"{reason}{f' ({times} times)' if times > 1 else ''}")
    if "not browser" in terminalreporter.config.option.markexpr:
        terminalreporter.write_line("left out: the journeys in a browser (make browser, then make test-browser)")
        terminalreporter.write_line("left out: all roles as the manifests say, at once (make test-manifests)")
    if not skipped:
        terminalreporter.write_line("nothing was skipped")
    elif _in_ci():
        terminalreporter.write_line("CI=true: a skipped test is a failure", red=True)
