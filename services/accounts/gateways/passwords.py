"""Passwords: hashed with argon2id, checked in the same time whether or not there is one."""

from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

MEMORY_KIB = 19_456
PASSES = 2


class Passwords:
    """Hashes and checks; the cost is OWASP's minimum unless a demonstration lowers it."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return self._hasher.hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        """Tell whether a password is the one whose hash was kept; as slow without a hash as with one."""
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (Argon2Error, InvalidHashError):
            return False
        return kept is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")
