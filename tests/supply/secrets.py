"""Looks for secrets in every file that is committed: private keys, and tokens of well-known services."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT

FILE_BYTES_MAX = 2_000_000
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}"),
    "a signing key of a log": re.compile(r"PRIVATE\+KEY\+[^+\s\"']+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}"),
    "a cloud's access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of a code forge": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "a token of a registry": re.compile(r"\b(?:pypi-AgEI[A-Za-z0-9_-]{50}|npm_[A-Za-z0-9]{36})"),
    "a token of a chat": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    "a token that somebody signed": re.compile(r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}"),
}
INVENTED: dict[str, str] = {}
"""Files in which something looks like a secret and is none, with the reason."""


def secrets_in(text: str) -> Iterator[str]:
    """Yield what a text contains that nobody should commit, each with its line."""
    for what, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            yield f"line {text.count(chr(10), 0, match.start()) + 1}: {what}"


def committed() -> Iterator[tuple[str, str]]:
    """Yield every committed text file with its path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        path = ROOT / Path(name)
        if name and path.is_file() and path.stat().st_size <= FILE_BYTES_MAX:
            yield name, path.read_bytes().decode("utf-8", "ignore")


def main() -> int:
    """Name every secret; return 0 when there is none."""
    wrong = [f"{name}: {words}" for name, text in committed() if name not in INVENTED for words in secrets_in(text)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
