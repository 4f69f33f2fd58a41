"""No file names a package registry's host or a path of somebody's machine: the platform installs from anywhere."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import text_files

# Put together from parts, so that this file does not name what it looks for.
_HOSTS = [
    ("pypi", "org"), ("pythonhosted", "org"), ("maven", "org"), ("repo.maven", "apache.org"), ("registry.npmjs", "org"),
    ("docker", "io"), ("quay", "io"), ("ghcr", "io"), ("gcr", "io"), ("mirrors.aliyun", "com"), ("jsdelivr", "net"),
    ("tuna.tsinghua", "edu.cn"), ("unpkg", "com"), ("cdnjs.cloudflare", "com"), ("proxy.golang", "org"),
]  # fmt: skip
_FOLDERS = ["home", "work", "root", "Users", "opt/wheels", "mnt"]
_OPTIONS = ["index-" + "url", "extra-index-" + "url", "find-" + "links", "trusted-" + "host"]

FORBIDDEN = re.compile(
    "|".join(
        [
            *(rf"\b{re.escape(name)}\.{re.escape(end)}\b" for name, end in _HOSTS),
            *(rf"(?<![\w.\-}}/)~*])/{folder}/\w" for folder in _FOLDERS),
            *(rf"--{option}\b" for option in _OPTIONS),
        ]
    )
)


@pytest.mark.parametrize(
    "planted",
    ["https://files.pythonhosted" + ".org/x", "cd /" + "home/somebody", "--" + "find-links wheels", "/" + "work/main"],
)
def test_the_check_finds_what_is_planted(planted: str) -> None:
    assert FORBIDDEN.search(planted)


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    found = [
        f"{path}:{number}: {match[0]}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := FORBIDDEN.search(line))
    ]

    assert found == []
