"""One-time codes on their way to a telephone."""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

FILE_MODE = 0o600


class CodeSender(Protocol):
    """Brings a code to a telephone."""

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Send a code; whoever asked is not told whether it arrived."""
        ...


class FileCodeSender:
    """Writes codes to files of a folder, for platforms without a message gateway: a desk reads them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Write the code where only the platform's own user can read it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{now:%Y%m%dT%H%M%S%f}-{phone_number[-4:]}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{phone_number} {code}\n")
