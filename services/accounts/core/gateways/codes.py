"""One-time codes on their way to a telephone."""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

FILE_MODE = 0o600


class CodeSender(Protocol):
    """Brings codes and notices to a telephone."""

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Send a code; whoever asked is not told whether it arrived."""
        ...

    def tell(self, *, phone_number: str, text: str, now: datetime) -> None:
        """Send a notice."""
        ...

    def speak(self, *, phone_number: str, text: str, now: datetime) -> None:
        """Call the number and say a notice: what is urgent wakes people up."""
        ...


class FileCodeSender:
    """Writes codes and notices to files of a folder, for platforms without a message gateway: a desk reads them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Write the code where only the platform's own user can read it."""
        self._write(f"{now:%Y%m%dT%H%M%S%f}-{phone_number[-4:]}.txt", f"{phone_number} {code}\n")

    def tell(self, *, phone_number: str, text: str, now: datetime) -> None:
        """Write a notice where only the platform's own user can read it."""
        self._write(f"{now:%Y%m%dT%H%M%S%f}-{phone_number[-4:]}-notice.txt", f"{phone_number}\n{text}\n")

    def speak(self, *, phone_number: str, text: str, now: datetime) -> None:
        """Write what is to be said by telephone where only the platform's own user can read it."""
        self._write(f"{now:%Y%m%dT%H%M%S%f}-{phone_number[-4:]}-spoken-call.txt", f"{phone_number}\n{text}\n")

    def _write(self, name: str, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT, FILE_MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
