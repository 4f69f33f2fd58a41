"""One-time codes on their way to a telephone."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from libs.ids import new_id
from services.accounts.core.rules.notices import Line, text_of

FILE_MODE = 0o600


class CodeSender(Protocol):
    """Brings codes and notices to a telephone."""

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Send a code; whoever asked is not told whether it arrived."""
        ...

    def tell(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Send a notice; return what its receipt will call it."""
        ...

    def speak(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Call the number and say a notice: what is urgent wakes people up; return what its receipt will call it."""
        ...


class FileCodeSender:
    """Writes codes and notices to files of a folder, for platforms without a message gateway: a desk reads them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, *, phone_number: str, code: str, now: datetime) -> None:
        """Write the code where only the platform's own user can read it."""
        self._write("", phone_number, f" {code}", now)

    def tell(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Write a notice where only the platform's own user can read it."""
        return self._write("-notice", phone_number, f"\n{text_of(lines)}", now)

    def speak(self, *, phone_number: str, lines: Sequence[Line], now: datetime) -> UUID:
        """Write what is to be said by telephone where only the platform's own user can read it."""
        return self._write("-spoken-call", phone_number, f"\n{text_of(lines)}", now)

    def _write(self, kind: str, number: str, content: str, now: datetime) -> UUID:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S%f}-{number[-4:]}{kind}.txt"
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT, FILE_MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{number}{content}\n")
        return new_id()
