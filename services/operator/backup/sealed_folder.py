"""A folder of backups, each file of it sealed with the folder's key.

key.json  how the key is recognised, nothing of it
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from libs.sealed_files import (
    SALT_BYTES,
    SealedWriter,
    WrongKeyError,
    check_of,
    key_of_file,
    key_of_passphrase,
    read_sealed,
)
from libs.secret_files import OpenSecretError

ABOUT, ERASED = "about", "erased"


class BackupRefusedError(Exception):
    """A backup cannot be made, or not be restored; the message says why, and what to do."""


class SealedFolder:
    """One folder of backups, opened with its key."""

    def __init__(self, root: Path, key: bytes) -> None:
        """Open a folder; it is begun with this key if there is nothing in it.

        Raises:
            WrongKeyError: it was begun with another one.
        """
        self.root, self._key = root, key
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        note = root / "key.json"
        noted = json.loads(note.read_text()) if note.exists() else {}
        if noted.get("check", check_of(key)) != check_of(key):
            raise WrongKeyError(f"the backups in {root} were sealed with another key")
        if "check" not in noted:
            note.write_text(json.dumps(noted | {"check": check_of(key)}))

    def writer(self, path: Path) -> SealedWriter:
        """Return what writes a file of this folder."""
        return SealedWriter(path, self._key, name=self._name(path))

    def read(self, path: Path) -> Iterator[bytes]:
        """Yield what a file of this folder holds.

        Raises:
            DamagedFileError
        """
        return read_sealed(path, self._key, name=self._name(path))

    def write_json(self, path: Path, content: object) -> None:
        """Write a small document."""
        with self.writer(path) as file:
            file.write(json.dumps(content).encode())

    def read_json(self, path: Path) -> Any:
        """Return a small document.

        Raises:
            DamagedFileError
        """
        return json.loads(b"".join(self.read(path)))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


F = TypeVar("F", bound=SealedFolder)


def passphrase_key(root: Path, passphrase: str) -> bytes:
    """Return the key of a folder that is sealed with a passphrase; the salt is written into the folder."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = root / "key.json"
    noted = json.loads(note.read_text()) if note.exists() else {}
    if "salt" not in noted:
        if "check" in noted:
            raise WrongKeyError(f"the backups in {root} were sealed with a key file")
        noted["salt"] = b64encode(secrets.token_bytes(SALT_BYTES)).decode()
        note.write_text(json.dumps(noted))
    return key_of_passphrase(passphrase, b64decode(noted["salt"]))


def open_folder(
    opened_as: Callable[[Path, bytes], F], place: Path, key_file: Path | None, *, asks: bool, is_written: bool
) -> F:
    """Return a folder of backups, opened by what was given on the command line to open it with."""
    if asks == (key_file is not None):
        raise click.UsageError("give --key FILE or --passphrase")
    if not is_written and not (place / "key.json").exists():
        raise click.ClickException(f"there are no backups in {place}")
    try:
        if key_file is not None:
            return opened_as(place, key_of_file(key_file))
        is_new = is_written and not (place / "key.json").exists()
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new)
        return opened_as(place, passphrase_key(place, passphrase))
    except (WrongKeyError, OpenSecretError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
