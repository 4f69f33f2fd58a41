"""Write what the code says to people into the catalogues: `python -m tests.architecture.messages` (make messages).

What is new is added without its Chinese, which a test then asks for; what the code no longer says is dropped.
"""

from __future__ import annotations

import ast
import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from libs.errors import Refusal
from libs.http.commands import KeptRefusal
from libs.translation import catalogue_of, package_of
from tests.architecture.tree import ROOT, Source, python_sources

LINE_WIDTH = 110
PAGES = "services/web"
_REFUSALS = re.compile(r"^class \w+Error\(", re.MULTILINE)


def refusals() -> list[type[Refusal]]:
    """Return every class of a refusal of the platform."""
    for source in _ours():
        if _REFUSALS.search(source.text):
            importlib.import_module(_module(source))
    return [
        kind for kind in _below(Refusal) if kind is not KeptRefusal and kind.home.startswith(("libs.", "services."))
    ]


def texts() -> dict[str, set[str]]:
    """Return what each package says to people, in English."""
    said: dict[str, set[str]] = {}
    for refusal in refusals():
        said.setdefault(package_of(refusal.home), set()).add(refusal.english)
    for source in _ours():
        for english in marked(source):
            said.setdefault(package_of(_module(source)), set()).add(english)
    for path in sorted((ROOT / PAGES).rglob("*.html")):
        said.setdefault(PAGES.replace("/", "."), set()).update(said_by_template(path.read_bytes()))
    return said


def said_by_template(content: bytes) -> Iterator[str]:
    """Yield the texts that a page says with `_("…")`."""
    for _line, _function, english, _comments in babel_extract(io.BytesIO(content), ["_"], [], {"silent": "false"}):
        # A text with values to put in comes as a tuple of which it is the first; one that is no constant, as nothing.
        text = english[0] if isinstance(english, tuple) else english
        if text:
            yield text


def marked(source: Source) -> Iterator[str]:
    """Yield the texts of a file that are marked with `message`, or said on a page with `say`."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id="message"), args=[ast.Constant(value=str(english))]):
                yield english
            case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(english))]) if _is_of_pages(source):
                yield english


def catalogue(package: str) -> dict[str, str]:
    """Return a package's translations by their English."""
    path = catalogue_of(package)
    return {str(one.id): str(one.string) for one in _read(path) if one.id} if path.is_file() else {}


def main() -> None:
    """Write the catalogues."""
    for package, said in texts().items():
        known, path = catalogue(package), catalogue_of(package)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = Catalog(locale="zh_CN")
        for english in said:
            written.add(english, known.get(english, ""))
        with path.open("wb") as file:
            write_po(file, written, width=LINE_WIDTH, omit_header=True, sort_output=True)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def _is_of_pages(source: Source) -> bool:
    return source.path.startswith(PAGES)


def _ours() -> list[Source]:
    return [
        source
        for source in python_sources()
        if source.path.startswith(("libs/", "services/")) and "/tests/" not in source.path
    ]


def _module(source: Source) -> str:
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _below(kind: type[Refusal]) -> list[type[Refusal]]:
    return [refusal for child in kind.__subclasses__() for refusal in (child, *_below(child))]


if __name__ == "__main__":
    main()
