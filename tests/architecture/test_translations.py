"""What people read is English in the code and Chinese in the catalogues, so that one place holds all of each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import Source, python_sources

EXCUSED = {
    "libs/http/words.py": "patterns of what marshmallow says, with numbers in them",
    "libs/programme/acting.py": "words that are no consent",
    "services/accounts/core/rules/names.py": "the word that regulators forbid",
    "services/accounts/core/refusals.py": "the word that regulators forbid",
    "services/accounts/policies/": "the word that regulators forbid",
    "services/accounts/settings.py": "the default of a public name",
    "services/embedded/": "what the demonstration shows",
    "services/web/kit/spoken.py": "how people say minutes",
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BOTH = re.compile(r"^[A-Za-z].* / ")


def chinese_texts(source: Source) -> Iterator[str]:
    """Name each text of a file that is Chinese; the API document's headings stand in both languages, English first."""
    docstrings = {node.value for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if (
                node not in docstrings and _CHINESE.search(text) and not _BOTH.match(text)
            ):
                yield f"{source.path}:{node.lineno} {text}"


def test_no_text_for_people_is_chinese_in_the_code() -> None:
    ours = [source for source in python_sources() if source.path.startswith(("libs/", "services/"))]
    written = [source for source in ours if "tests/" not in source.path and not source.path.startswith(tuple(EXCUSED))]

    assert [found for source in written for found in chinese_texts(source)] == []


def test_a_chinese_text_would_be_found() -> None:
    assert list(chinese_texts(Source("planted.py", 'TITLE = "没有权限"\nDESCRIPTION = "The person / 本人"')))
