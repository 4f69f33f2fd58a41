"""One rule for the files that hold secrets, wherever one is read: nobody else may read it, and nobody else write it."""

from __future__ import annotations

import os
from pathlib import Path

_OTHERS = 0o077
_OTHERS_OF_A_MOUNT = 0o037
"""A mounted secret belongs to whoever runs the machine, and to this process through its group, which may only read."""


class OpenSecretError(ValueError):
    """Somebody else may read or write a file that holds a secret."""


def refuse_open_file(path: Path) -> None:
    """Refuse a secret that is not this process's own with mode 0600, nor another's that its group may read (0640).

    Raises:
        OpenSecretError: others may do more than that with it; the message says which modes do.
        OSError: there is no such file.
    """
    status = path.stat()
    is_ours = status.st_uid == os.geteuid()
    if status.st_mode & (_OTHERS if is_ours else _OTHERS_OF_A_MOUNT):
        fits = "mode 0600" if is_ours else "mode 0600, or 0640 for the group of this process"
        raise OpenSecretError(f"others may read or write {path}; it must have {fits}")
