"""A sealed file is read whole and as it was written, by who has the key, or it is refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from libs.sealed_files import (
    PIECE_BYTES,
    DamagedFileError,
    SealedWriter,
    WrongKeyError,
    create_key_file,
    key_of_file,
    key_of_passphrase,
    read_sealed,
)
from libs.secret_files import OpenSecretError

KEY = bytes(range(32))


def sealed(path: Path, content: bytes, *, name: str = "part") -> Path:
    """Write a sealed file and return its path."""
    with SealedWriter(path, KEY, name=name) as file:
        file.write(content)
    return path


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 3 * PIECE_BYTES + 7])
def test_what_was_written_is_read(tmp_path: Path, size: int) -> None:
    content = random.Random(7).randbytes(size)
    path = sealed(tmp_path / "f", content)

    assert b"".join(read_sealed(path, KEY, name="part")) == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert content[:64] not in path.read_bytes() or size < 2


def test_any_byte_that_was_changed_is_found(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", random.Random(7).randbytes(PIECE_BYTES + 900))
    whole = path.read_bytes()
    places = [*range(200), *random.Random(8).sample(range(len(whole)), 60), len(whole) - 1]

    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DamagedFileError):
            list(read_sealed(path, KEY, name="part"))


def test_a_file_that_was_cut_off_or_added_to_is_found(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", random.Random(7).randbytes(2 * PIECE_BYTES))
    whole = path.read_bytes()

    for changed in (whole[:-1], whole[: PIECE_BYTES + 200], whole + b"x", whole[:40], b""):
        path.write_bytes(changed)
        with pytest.raises(DamagedFileError):
            list(read_sealed(path, KEY, name="part"))


def test_a_file_in_the_place_of_another_and_another_key_are_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", b"content", name="wal/1")

    with pytest.raises(DamagedFileError, match="is not wal/2"):
        list(read_sealed(path, KEY, name="wal/2"))
    with pytest.raises(DamagedFileError):
        list(read_sealed(path, bytes(32), name="wal/1"))


def test_a_file_whose_writing_failed_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), SealedWriter(tmp_path / "f", KEY, name="part") as file:
        file.write(b"x" * PIECE_BYTES)
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


def test_a_key_file_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    key = key_of_file(path)

    assert len(key) == 32
    with pytest.raises(FileExistsError):
        create_key_file(path)
    path.chmod(0o644)
    with pytest.raises(OpenSecretError):
        key_of_file(path)
    other = tmp_path / "other"
    other.write_text("no key")
    other.chmod(0o600)
    with pytest.raises(WrongKeyError):
        key_of_file(other)


def test_a_passphrase_stands_for_one_key_with_each_salt() -> None:
    first = key_of_passphrase("a long one", b"1" * 32)

    assert first == key_of_passphrase("a long one", b"1" * 32)
    assert first != key_of_passphrase("a long one", b"2" * 32)
