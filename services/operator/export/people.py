"""Open what is sealed of people, for whoever holds the master key and asks for it."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.exceptions import InvalidTag

from services.accounts.core.store.vault import MasterKeyError, Vault
from services.operator.export.snapshot import SealedRow


class WrongMasterKeyError(Exception):
    """Personal data cannot be opened with this key."""


class People:
    """The personal data of everybody, by the programme's master key."""

    def __init__(self, key_file: Path) -> None:
        """Read the master key.

        Raises:
            WrongMasterKeyError: there is none in the file, or others may read it.
        """
        try:
            self._vault = Vault.read(key_file)
        except MasterKeyError as error:
            raise WrongMasterKeyError(str(error)) from error

    def opened(self, row: SealedRow) -> str:
        """Return a row with what was sealed in it as `opened`; null where its key was destroyed.

        Raises:
            WrongMasterKeyError: it was sealed with another key.
        """
        fields = json.loads(row.row)
        return json.dumps({**fields, "opened": self._open(row)}, ensure_ascii=False)

    def _open(self, row: SealedRow) -> dict[str, object] | None:
        if row.sealed is None or row.wrapped is None or row.master_key_id is None:
            return None
        terms = {"person_id": row.owner, "wrapped": row.wrapped, "master_key_id": row.master_key_id}
        try:
            return self._vault.open_fields(row.sealed, **terms)  # type: ignore[arg-type]  # one dictionary of terms
        except (InvalidTag, KeyError) as error:
            raise WrongMasterKeyError("personal data were sealed with another master key than this file's") from error
