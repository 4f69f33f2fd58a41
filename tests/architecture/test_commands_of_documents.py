"""Every command that a document writes down exists, with the options that it is given there."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from services.embedded.__main__ import main as embedded
from services.embedded.backup.__main__ import main as in_one_place
from services.operator.backup.command import backup, restore
from services.operator.commands import main as operator
from services.web.__main__ import main as web
from services.witness.__main__ import main as witness
from tests.architecture.deployment import SERVICES
from tests.architecture.test_documents import DOCUMENTS
from tests.architecture.tree import ROOT

GROUPS: dict[str, click.Command] = {
    "services.operator": operator,
    "services.embedded": embedded,
    "services.embedded.backup": in_one_place,
    "services.web": web,
    "services.witness": witness,
    **{f"services.{name}": importlib.import_module(f"services.{name}.__main__").main for name in SERVICES},
}
BY_URLS = {"backup": backup, "restore": restore}
SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
BEGINS = re.compile(
    r"(?:python3? -m ([\w.]+)(?![\w.<])|(?<!/)\b(timebank)(?= )"
    r"|desk (services\.operator)\b|accounts-api (services\.accounts)\b)(.*)",
    re.DOTALL,
)
NO_COMMAND = re.compile(r"-n timebank |timebank (?:is|delete|exec|services)\b")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_is_written_down_exists_with_its_options(document: Path) -> None:
    wrong = [f"{text}: {problem}" for text in commands_in(document.read_text("utf-8")) for problem in problems_of(text)]

    assert wrong == []


@pytest.mark.parametrize(
    "planted",
    [
        "`timebank nothing`",
        "`timebank backup PLACE --nothing`",
        "`timebank events nothing SERVICE`",
        "`python -m services.accounts nothing`",
        "`python -m services.nothing api`",
        "`… run --rm desk services.operator nothing`",
        "```sh\ntimebank ledger nothing\n```",
    ],
)
def test_a_command_that_is_none_is_found(planted: str) -> None:
    (text,) = commands_in(planted)

    assert list(problems_of(text)) != []


def commands_in(text: str) -> Iterator[str]:
    """Yield what is written as a command of ours, in a line or in a block."""
    lines = [line for block in BLOCK.findall(text) for line in block.split("\n")]
    for written in [*lines, *(" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", text)))]:
        if BEGINS.search(written) and not NO_COMMAND.search(written):
            yield written


def problems_of(text: str) -> Iterator[str]:
    """Yield what does not exist of a command as it is written."""
    match = BEGINS.search(text)
    assert match is not None
    *modules, rest = match.groups()
    module = next(filter(None, modules)).replace("timebank", "services.operator")
    words = re.split(r"\s+", re.split(r"[|;>…]", rest)[0].strip())
    if module in GROUPS:
        yield from _problems_of_group(GROUPS[module], words)
    elif not _exists(module):
        yield f"there is no {module}"


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _problems_of_group(command: click.Command, words: Sequence[str]) -> Iterator[str]:
    commands, name = [command], ""
    for word in words:
        if isinstance(commands[-1], click.Group) and re.fullmatch(r"[a-z][a-z-]+", word):
            if word not in commands[-1].commands:
                yield f"there is no {word}"
                return
            name = word
            commands.append(commands[-1].commands[word])
    if command is operator and name in {"key", *BY_URLS}:
        commands += [in_one_place.commands[name], *([BY_URLS[name]] if name in BY_URLS else [])]
    options = {
        option
        for each in commands
        for parameter in each.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for word in words:
        if word.startswith("--") and word.split("=")[0] not in options | {"--help"}:
            yield f"there is no {word}"
