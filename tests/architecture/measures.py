"""Measure the house as it stands at commits: `make measures ARGS="<commit> [<commit>]"` (default: the last one).

Everything is counted from the commit's own files, so a table in docs/decisions can be counted again by anybody.
"""

from __future__ import annotations

import ast
import functools
import io
import keyword
import re
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from itertools import combinations

from tests.architecture.tree import GENERATED, ROOT

SERVICES = ("accounts", "orders", "ledger", "redemption")
GENERATED_NOW = (*GENERATED, "libs/programme/policy/parameters.py")
SHAPE_LINES_MIN = 11
"""Lines of the same shape in a row are counted from this number on."""
STRING = re.compile(r"""[rbf]*("[^"]*"|'[^']*'|\b\d[\d_.]*\b)""")
SHAPES_MIN = 8
"""Of them so many are different: a list of fields repeats nothing but its own form."""
NAME = re.compile(r"[A-Za-z_]\w*")
NO_FEATURE = {"migrations", "data", "tests"}

Tree = Mapping[str, str]
"""The Python files of a commit that are neither tests nor generated, by path."""


def main(commits: list[str]) -> None:
    """Print a table with a column for each commit."""
    columns = [measure(files_at(commit)) for commit in commits]
    print("| measure | " + " | ".join(commits) + " |\n|---|" + "--:|" * len(commits))
    for name in dict.fromkeys(name for column in columns for name in column):
        print(f"| {name} | " + " | ".join(column.get(name, "–") for column in columns) + " |")


def files_at(commit: str) -> Tree:
    """Return the files of a commit."""
    packed = subprocess.run(
        ["git", "archive", commit, "libs", "services"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            member.name: stream.read().decode("utf-8")
            for member in archive
            if member.name.endswith(".py") and not _is_left_out(member.name) and (stream := archive.extractfile(member))
        }


def measure(files: Tree) -> dict[str, str]:
    """Return every measure by its name."""
    pairs = repeated(files)
    apart = sum(_service(path) != _service(other) for path, other in pairs)
    name, path, fields = largest_dataclass(files)
    folders = feature_folders(files)
    chain = longest_chain(files)
    return {
        **{f"lines, {service}": str(lines_of(files, f"services/{service}/")) for service in SERVICES},
        "lines, the four services": str(sum(lines_of(files, f"services/{service}/") for service in SERVICES)),
        "of these no import, docstring, comment or blank": str(sum(code_lines_of(files, name) for name in SERVICES)),
        "lines, `libs/programme`": str(lines_of(files, "libs/programme/")),
        "lines, the rest of `libs`": str(lines_of(files, "libs/") - lines_of(files, "libs/programme/")),
        "pairs of files with more than ten lines of one shape": str(len(pairs)),
        "of these between two services": str(apart),
        "fields of the largest dataclass": f"{fields} ({name}, {path.split('/')[1]})",
        "files of the largest folder of a service": "{1} ({0})".format(*max(folders.items(), key=lambda kv: kv[1])),
        "files of a folder, median": str(sorted(folders.values())[len(folders) // 2]),
        "modules of the longest import chain": str(len(chain)),
        "largest file, lines": "{1} ({0})".format(*max(_lengths(files).items(), key=lambda kv: kv[1])),
    }


def lines_of(files: Tree, folder: str) -> int:
    """Count the lines below a folder, migrations left out: those are written anew as each service's first."""
    return sum(lines for path, lines in _lengths(files).items() if path.startswith(folder))


def code_lines_of(files: Tree, service: str) -> int:
    """Count the lines of a service that do something."""
    mine = (
        text for path, text in files.items() if path.startswith(f"services/{service}/") and "/migrations/" not in path
    )
    return sum(_code_lines(text) for text in mine)


def _code_lines(text: str) -> int:
    idle: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_docstring(node):
            assert isinstance(node, ast.stmt)
            idle |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate((line.strip() for line in text.splitlines()), 1)
    return sum(bool(line) and not line.startswith("#") and number not in idle for number, line in lines)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _lengths(files: Tree) -> dict[str, int]:
    return {path: text.count("\n") for path, text in files.items() if "/migrations/" not in path}


def repeated(files: Tree) -> set[tuple[str, str]]:
    """Return the pairs of files that share more than ten lines in a row which differ in names and constants only."""
    places: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for path, text in files.items():
        if "/migrations/" not in path:
            shapes = [shape for line in text.splitlines() if (shape := _shape(line))]
            for start in range(len(shapes) - SHAPE_LINES_MIN + 1):
                run = tuple(shapes[start : start + SHAPE_LINES_MIN])
                if len(set(run)) >= SHAPES_MIN:
                    places[run].add(path)
    return {pair for paths in places.values() for pair in combinations(sorted(paths), 2)}


def largest_dataclass(files: Tree) -> tuple[str, str, int]:
    """Return name, path and number of fields of the dataclass that has most."""
    sizes = (
        (node.name, path, sum(isinstance(part, ast.AnnAssign) for part in node.body))
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.dump(one) for one in node.decorator_list)
    )
    return max(sizes, key=lambda size: size[2])


def feature_folders(files: Tree) -> Counter[str]:
    """Count the files of every folder directly below a service; the ledger's are its layers."""
    parts = (path.split("/") for path in files)
    return Counter(
        "/".join(part[:3])
        for part in parts
        if part[0] == "services" and part[1] in SERVICES and len(part) > 3
        if part[2] not in NO_FEATURE and part[-1] != "__init__.py"
    )


def longest_chain(files: Tree) -> list[str]:
    """Return the longest way from a module down its imports; of a circle every module counts once."""
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in files}
    imports = {name: _imported(files[path], modules.keys()) - {name} for name, path in modules.items()}

    @functools.cache
    def below(module: str) -> tuple[str, ...]:
        return max(((module, *below(name)) for name in imports[module]), key=len, default=(module,))

    chains = [list(below(module)) for module in imports]
    return max(chains, key=len)


def _imported(text: str, modules: Container[str]) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name for name in inner if name in modules} or {node.module}
    return {name for name in names if name in modules}


def _shape(line: str) -> str:
    """Return a line without its names and constants; nothing of blank lines, comments, imports and lone brackets."""
    bare = STRING.sub("0", line.split("#")[0].strip())
    if not bare or bare.startswith(("import ", "from ")) or not re.search(r"\w", bare):
        return ""
    return NAME.sub(lambda word: word[0] if keyword.iskeyword(word[0]) else "n", bare)


def _service(path: str) -> str:
    return "/".join(path.split("/")[:2])


def _is_left_out(path: str) -> bool:
    return "/tests/" in path or path.endswith("/conftest.py") or path.startswith(GENERATED_NOW)


if __name__ == "__main__":
    main(sys.argv[1:] or ["HEAD"])
