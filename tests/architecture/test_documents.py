"""The documents name what exists: variables, dependencies, targets, files."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest

from libs.roles import MigrateSettings
from services.web.settings import Settings as WebSettings
from tests.architecture import rules
from tests.architecture.deployment import SERVICES, program_of
from tests.architecture.tree import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATIONS = ROOT / "docs" / "operations.md"
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TARGET = re.compile(r"`make ([a-z][a-z-]*)[` ]|^make ([a-z][a-z-]*)\b", re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text("utf-8"))
    broken = [link for link in links if not (document.parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions", "docs/verify"])
def test_every_document_is_in_the_index_of_its_folder(folder: str) -> None:
    index = ROOT / folder / "README.md"
    documents = {path.name for path in index.parent.glob("*.md")} - {index.name}

    assert documents - set(LINK.findall(index.read_text("utf-8"))) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_target_of_make_that_is_named_exists(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {first or second for first, second in TARGET.findall(document.read_text("utf-8"))}

    assert [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_documented_with_its_default(service: str) -> None:
    rows = _documented(service)

    settings = [*dataclasses.fields(program_of(service).settings), *dataclasses.fields(MigrateSettings)]
    fields = {f"{service}_{field.name}".upper(): field for field in settings}

    assert rows.keys() >= fields.keys()
    for name, field in fields.items():
        assert rows[name] == _default(field), name


def test_every_variable_of_the_pages_is_documented_with_its_default() -> None:
    fields = {f"WEB_{field.name}".upper(): _default(field) for field in dataclasses.fields(WebSettings)}

    rows = {
        name: default for name, default in _documented("web").items() if f"`{name}`" in OPERATIONS.read_text("utf-8")
    }
    assert rows == fields


def test_no_variable_is_documented_that_nothing_reads() -> None:
    known = {
        f"{service}_{field.name}".upper()
        for service in SERVICES
        for field in [*dataclasses.fields(program_of(service).settings), *dataclasses.fields(MigrateSettings)]
    }

    assert {name for service in SERVICES for name in _documented(service)} - known == set()


def test_every_direct_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[\[<>=~!; ]", name, maxsplit=1)[0].lower() for name in wanted}
    package = json.loads((ROOT / "tests" / "clients" / "typescript" / "package.json").read_text("utf-8"))
    names |= {f"{name} (npm)" for name in package["devDependencies"]}
    lines = (ROOT / "docs" / "dependencies.md").read_text("utf-8").splitlines()
    documented = {name.strip() for line in lines if line.startswith("| ") for name in line.split("|")[1].split(",")}

    assert names - documented == set()
    assert documented - names == {"package"}


def test_the_glossary_forbids_what_the_check_forbids() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("Not used as names")[1].split("(a test")[0]
    words = {word for quoted in re.findall(r"`([^`]+)`", text) for word in _numbers_of(quoted)}

    assert words == rules.FORBIDDEN_NAMES


def _documented(service: str) -> dict[str, str]:
    text = OPERATIONS.read_text("utf-8").replace("<SERVICE>", service.upper())
    rows = re.findall(rf"^\| `({service.upper()}_[A-Z_]+)` \| ([^|]*) \|", text.replace("| |", "|  |"), re.MULTILINE)
    return {name: default.strip().strip("`") for name, default in rows}


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING:
        return "needed by `migrate` only" if field.name == "owner_url" else "needed"
    words = {"None": "", "False": "0", "True": "1"}
    return words.get(str(field.default), str(field.default))


def _numbers_of(word: str) -> set[str]:
    return {word.replace("(s)", ""), word.replace("(s)", "s")}
