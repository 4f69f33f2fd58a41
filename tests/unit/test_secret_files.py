"""A file with a secret in it that others may read opens nothing, whichever key it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.secret_files import OpenSecretError, refuse_open_file
from libs.tlog.notes import NoteError, create_signer, load_signer
from services.accounts.core.store.vault import MasterKeyError, Vault, create_master_key_file

SOMEBODY_ELSE = 10_001
READERS: tuple[tuple[Callable[[Path], object], Callable[[Path], object], type[Exception]], ...] = (
    (create_signer, load_signer, NoteError),
    (create_master_key_file, Vault.read, MasterKeyError),
)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_of_ones_own_is_for_nobody_else(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.touch()
    path.chmod(mode)

    refuse_open_file(path)
    for more in (0o640, 0o604, 0o620, 0o602, 0o777):
        path.chmod(more)
        with pytest.raises(OpenSecretError, match="0600"):
            refuse_open_file(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_mounted_secret_may_be_read_by_ones_group_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch()
    os.chown(path, SOMEBODY_ELSE, os.getegid())

    for mode in (0o600, 0o640, 0o440):
        path.chmod(mode)
        refuse_open_file(path)
    for mode in (0o644, 0o660, 0o650):
        path.chmod(mode)
        with pytest.raises(OpenSecretError, match="0640"):
            refuse_open_file(path)


@pytest.mark.parametrize(("create", "read", "refused"), READERS)
def test_every_key_is_read_by_this_rule(
    tmp_path: Path, create: Callable[[Path], object], read: Callable[[Path], object], refused: type[Exception]
) -> None:
    path = tmp_path / "key"
    create(path)

    read(path)
    path.chmod(0o640)
    with pytest.raises(refused, match="0600"):
        read(path)
